# vdpd. `make run`: a running instance. `make check`: every test. `make bench`: the figures.
# `make V=release|test|clang|asan`: build one variant into build/V (test: test clock and fault hooks, gcc; clang:
# the same by clang; asan: the same with ASan and UBSan). `make format`, `make lint`, `make clean`.

V ?= release
B ?= build/$(V)
VERSION := 0.2.0

# ---- Compilers ---------------------------------------------------------------------------------------------

CC_release = gcc
CC_test    = gcc
CC_clang   = clang
CC_asan    = clang
OPT_release = -O2 -ftrivial-auto-var-init=zero -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
OPT_test    = -O1 -ftrivial-auto-var-init=zero -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -DVDPD_TEST
OPT_clang   = -O1 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -DVDPD_TEST
OPT_asan    = -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
              -DVDPD_TEST -DVDPD_ASAN
LD_asan     = -fsanitize=address,undefined

CC   := $(CC_$(V))
WARN  = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
        -Wimplicit-fallthrough -Wundef -Wwrite-strings -Wno-missing-field-initializers
HARD  = -fstack-protector-strong -fPIE -fcf-protection -fstack-clash-protection -fno-strict-aliasing \
        -ffunction-sections -fdata-sections
COMPILE = $(CC) -std=gnu17 -g $(WARN) $(HARD) $(OPT_$(V)) -D_GNU_SOURCE -DVDPD_VERSION='"$(VERSION)"' \
          -Isrc -I$(B)/gen -MMD -MP -pthread
LINK    = $(CC) -pie -pthread -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections $(LD_$(V))

all: programs
.PHONY: all programs

# ---- Rooms: a folder of src/ each, compiled into one static library; the linker takes what is called --------

ROOMS = base policy case seal store proc keyd/client keyd/server keyd/store act mail/mime pgp mail publish jobs \
        web web/public web/desk web/api cli cli/admin cli/client cli/mail
lib = $(B)/lib/$(subst /,_,$(1)).a

# Each executable is src/main/NAME.c, the rooms it may call (callers first) and its libraries.
EXES = vdpd vdpd-supervisor vdpd-public vdpd-desk vdpd-courier vdpd-keyd vdpd-nursery vdpd-mime vdpd-pgp vdpd-admin vdpd-client vdpd-mail

L_base   = -lsodium -lnettle
L_policy = -lyaml -lidn2 -lunistring
L_store  = -lsqlite3
L_pgp    = -lrnp
L_mime   = -lgmime-3.0 -lgobject-2.0 -lglib-2.0 -lxml2 -lytnef
L_web    = -lmicrohttpd -ljansson -lcmark-gfm -lcmark-gfm-extensions -lz -lbrotlienc

rooms_vdpd            = cli publish seal case policy base
libs_vdpd             = $(L_policy) $(L_base) -ljansson -lm
rooms_vdpd-supervisor = proc policy base
libs_vdpd-supervisor  = $(L_policy) $(L_base) -lseccomp -lsystemd
rooms_vdpd-public     = web/public web/api web publish act keyd/client store proc seal case policy base
libs_vdpd-public      = $(L_web) $(L_store) $(L_policy) $(L_base) -lseccomp -lm
rooms_vdpd-desk       = web/desk web/api web pgp mail/mime act keyd/client store proc seal case policy base
libs_vdpd-desk        = $(L_web) $(L_store) $(L_policy) $(L_base) -lseccomp -lqrencode -lm
rooms_vdpd-courier    = jobs mail pgp mail/mime act keyd/client store proc seal case policy base
libs_vdpd-courier     = $(L_store) $(L_policy) $(L_base) -lseccomp -lcurl -lresolv -lm
rooms_vdpd-keyd       = keyd/server keyd/store keyd/client store proc seal case policy base
libs_vdpd-keyd        = $(L_store) $(L_policy) $(L_base) -lseccomp -loath -lfido2 -lm
rooms_vdpd-nursery    = proc base
libs_vdpd-nursery     = $(L_base) -lseccomp -lpng -ljpeg
rooms_vdpd-mime       = mail/mime keyd/client proc seal case policy base
libs_vdpd-mime        = $(L_mime) $(L_base) -lseccomp
rooms_vdpd-mail       = cli/mail cli/admin cli pgp mail/mime keyd/store keyd/client store proc seal case policy base
libs_vdpd-mail        = $(L_mime) $(L_pgp) $(L_store) $(L_policy) $(L_base) -lseccomp -ljansson -lm
rooms_vdpd-pgp        = publish pgp mail/mime keyd/client proc seal case policy base
libs_vdpd-pgp         = $(L_pgp) $(L_policy) $(L_base) -lseccomp -lm
rooms_vdpd-admin      = cli/admin cli publish keyd/store keyd/client act store proc seal case policy base
libs_vdpd-admin       = $(L_store) $(L_policy) $(L_base) -lseccomp -ljansson -lcurl -lm
rooms_vdpd-client     = cli/client cli keyd/client proc seal case policy base
libs_vdpd-client      = $(L_policy) $(L_base) -lseccomp -lcurl -ljansson -lm

exe_path = $(B)/$(if $(filter vdpd,$(1)),bin,libexec)/$(1)
programs: $(foreach e,$(EXES),$(if $(wildcard src/main/$(e).c),$(call exe_path,$(e))))

# ---- Generated sources: views, assets, SQL and texts become C ---------------------------------------------------

VIEWS  = $(wildcard views/*.html views/*/*.html)
ASSETS = $(wildcard assets/*)
APIS   = $(wildcard api/*.json)
SQLS   = $(sort $(wildcard sql/*.sql))
TEXTS  = $(wildcard texts/*)
GEN    = $(if $(VIEWS),$(B)/gen/views.h) $(if $(ASSETS),$(B)/gen/assets.h) $(if $(APIS),$(B)/gen/api.h) $(if $(SQLS),$(B)/gen/sql.h) $(B)/gen/texts.h

$(B)/gen/views.h: tools/viewc $(VIEWS)
	@mkdir -p $(@D)
	tools/viewc -o $(B)/gen/views $(VIEWS)
$(B)/gen/assets.h: tools/embed $(ASSETS)
	@mkdir -p $(@D)
	tools/embed assets -o $(B)/gen/assets $(ASSETS)
$(B)/gen/api.h: tools/embed $(APIS)
	@mkdir -p $(@D)
	tools/embed api -o $(B)/gen/api $(APIS)
$(B)/gen/sql.h: tools/embed $(SQLS)
	@mkdir -p $(@D)
	tools/embed sql -o $(B)/gen/sql $(SQLS)
$(B)/gen/texts.h: tools/embed $(TEXTS)
	@mkdir -p $(@D)
	tools/embed texts -o $(B)/gen/texts $(TEXTS)
$(B)/gen/views.c: $(B)/gen/views.h ;
$(B)/gen/assets.c: $(B)/gen/assets.h ;
$(B)/gen/api.c: $(B)/gen/api.h ;
$(B)/gen/sql.c: $(B)/gen/sql.h ;
$(B)/gen/texts.c: $(B)/gen/texts.h ;

gen_of_web   = $(if $(VIEWS),$(B)/obj/gen/views.o) $(if $(ASSETS),$(B)/obj/gen/assets.o) $(if $(APIS),$(B)/obj/gen/api.o)
gen_of_store = $(if $(SQLS),$(B)/obj/gen/sql.o)
gen_of_policy = $(B)/obj/gen/texts.o

$(B)/obj/gen/%.o: $(B)/gen/%.c | $(GEN)
	@mkdir -p $(@D)
	$(COMPILE) -c $< -o $@

# ---- Compile and link ---------------------------------------------------------------------------------------

# Headers of others, which need not keep our warnings.
INCLUDES := $(patsubst -I%,-isystem %,$(filter -I%,$(shell pkg-config --cflags gmime-3.0 libxml-2.0 2>/dev/null)))
$(B)/obj/mail/mime/%.o: INC = $(INCLUDES)
$(B)/obj/%.o: src/%.c | $(GEN)
	@mkdir -p $(@D)
	$(COMPILE) $(INC) -include src/base/banned.h -c $< -o $@

define room
$(call lib,$(1)): $(patsubst src/%.c,$(B)/obj/%.o,$(wildcard src/$(1)/*.c)) $(gen_of_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar crsD $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

define exe
$(call exe_path,$(1)): $(B)/obj/main/$(1).o $(foreach r,$(rooms_$(1)),$(call lib,$(r)))
	@mkdir -p $$(@D)
	$(LINK) -o $$@ $(B)/obj/main/$(1).o -Wl,--start-group \
		$(foreach r,$(rooms_$(1)),$(call lib,$(r))) -Wl,--end-group $(libs_$(1))
endef
$(foreach e,$(EXES),$(eval $(call exe,$(e))))

# ---- Unit tests ---------------------------------------------------------------------------------------------

UNITS     = $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
ALL_LIBS  = $(foreach r,$(ROOMS),$(call lib,$(r)))
libs_unit = -lcmocka $(L_mime) $(L_pgp) $(L_web) $(L_store) $(L_policy) $(L_base) -lseccomp -loath -lfido2 -lcurl -lresolv -lpng -ljpeg -lqrencode -lm

$(B)/unit/%: tests/unit/%.c $(ALL_LIBS)
	@mkdir -p $(@D)
	$(COMPILE) -Itests/unit -MF $@.d $< -o $@ $(LINK:$(CC)%=%) -Wl,--start-group $(ALL_LIBS) -Wl,--end-group $(libs_unit)

units: $(UNITS)
.PHONY: units

# ---- What people call ---------------------------------------------------------------------------------------

include tools/targets.mk

ifneq ($(MAKECMDGOALS),run)
-include $(shell test -d $(B) && find $(B) -name '*.d')
endif
