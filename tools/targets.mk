# The targets that people call; each is a short script in tools/.

# A running instance: everything from packages to the enrolment link. ARGS go to `vdpd serve`.
run:
	@tools/run $(ARGS)
.PHONY: run

# Every test; ARGS are parts of their names, if not all are wanted. `make torture`: the long run of kills alone.
check:
	@tools/check $(ARGS)
torture:
	@$(MAKE) -s V=test programs
	@V=test ROUNDS=200 node --test --test-reporter=spec tests/fault/kill.test.mjs
.PHONY: check torture

# The manual, in build/man; `man -l build/man/vdpd.1`.
man: $(call exe_path,vdpd)
	tools/manpages $(call exe_path,vdpd) build/man
.PHONY: man

format:
	clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'fuzz/*.c' 'bench/*.c')
lint:
	tools/lint
clean:
	rm -rf build
.PHONY: format lint clean

# The benchmarks' own programs: servers, clients, and what fills an instance.
BENCH_ROOMS = web keyd/store keyd/client act store proc seal case policy base
BENCHES = $(patsubst bench/%.c,$(B)/bench/%,$(wildcard bench/*.c))
benches: $(BENCHES)
.PHONY: benches
$(B)/bench/%: bench/%.c $(foreach r,$(BENCH_ROOMS),$(call lib,$(r)))
	@mkdir -p $(@D)
	$(COMPILE) -MF $@.d $< -o $@ $(LINK:$(CC)%=%) -Wl,--start-group \
		$(foreach r,$(BENCH_ROOMS),$(call lib,$(r))) -Wl,--end-group $(L_web) $(L_store) $(L_policy) \
		$(L_base) -lseccomp -lm

# The figures of speed and size; prints a table and writes the last results into docs/BENCHMARKS.md.
bench:
	@tools/bench $(ARGS)
.PHONY: bench

# The lookbook: every view with sample data as files; tests/browser/lookbook.mjs takes their pictures.
LOOKBOOK_ROOMS = web policy base
$(B)/lookbook: $(wildcard tests/browser/*.c) tests/browser/lookbook.h $(foreach r,$(LOOKBOOK_ROOMS),$(call lib,$(r)))
	$(COMPILE) -Itests/browser $(wildcard tests/browser/*.c) -MF $@.d -o $@ $(LINK:$(CC)%=%) -Wl,--start-group \
		$(foreach r,$(LOOKBOOK_ROOMS),$(call lib,$(r))) -Wl,--end-group $(L_web) $(L_policy) $(L_base) -lqrencode -lm
lookbook: $(B)/lookbook
	@mkdir -p build/lookbook
	$(B)/lookbook programmes/exact.works/policy.yaml build/lookbook
.PHONY: lookbook

# A libFuzzer target with the rooms instrumented: `make V=asan B=build/fuzz FUZZ=1 build/fuzz/fuzz/fuzz_cvss`,
# then `build/fuzz/fuzz/fuzz_cvss -max_total_time=60 CORPUS fuzz/seeds/cvss`.
ifdef FUZZ
OPT_asan += -fsanitize=fuzzer-no-link
endif
FUZZ_ROOMS = cli pgp mail/mime web publish keyd/client case policy proc base
$(B)/fuzz/%: fuzz/%.c $(foreach r,$(FUZZ_ROOMS),$(call lib,$(r)))
	@mkdir -p $(@D)
	$(COMPILE) -MF $@.d $< -o $@ $(LINK:$(CC)%=%) -fsanitize=fuzzer -Wl,--start-group \
		$(foreach r,$(FUZZ_ROOMS),$(call lib,$(r))) -Wl,--end-group $(libs_vdpd) $(L_pgp) $(L_web) \
		$(libs_vdpd-nursery) $(L_mime)

# `make install`: programs, unit, user, man pages and completion below DESTDIR and PREFIX. Starts nothing.
DESTDIR ?=
PREFIX  ?= /usr/local
install: programs man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec $(DESTDIR)$(PREFIX)/share/doc/vdpd/examples \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/lib/systemd/system \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/lib/tmpfiles.d \
		$(DESTDIR)$(PREFIX)/share/vdpd/programmes/exact.works
	install $(B)/bin/vdpd $(DESTDIR)$(PREFIX)/bin/
	install $(B)/libexec/vdpd-* $(DESTDIR)$(PREFIX)/libexec/
	install -m 644 programmes/exact.works/policy.yaml $(DESTDIR)$(PREFIX)/share/vdpd/programmes/exact.works/
	install -m 644 docs/THREATS.md $(DESTDIR)$(PREFIX)/share/doc/vdpd/
	install -m 644 packaging/examples/* $(DESTDIR)$(PREFIX)/share/doc/vdpd/examples/
	install -m 644 packaging/vdpd.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/vdpd
	sed 's|/usr/bin/|$(PREFIX)/bin/|' packaging/vdpd.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/vdpd.service
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/vdpd.service
	install -m 644 packaging/vdpd.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/vdpd.conf
	install -m 644 packaging/vdpd.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/vdpd.conf
	for m in build/man/*.[1-8]; do \
		install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/} || exit 1; done
.PHONY: install

# `make deb`: the Debian package, in build/deb.
deb:
	tools/install-packages tools/packages.txt tools/packages-deb.txt
	tools/deb
.PHONY: deb

# A program of the end-to-end tests: tests/e2e/NAME.c with the rooms that seal and store.
E2E_ROOMS = act keyd/client store proc seal case policy base
$(B)/e2e/%: tests/e2e/%.c $(foreach r,$(E2E_ROOMS),$(call lib,$(r)))
	@mkdir -p $(@D)
	$(COMPILE) -MF $@.d $< -o $@ $(LINK:$(CC)%=%) -Wl,--start-group $(foreach r,$(E2E_ROOMS),$(call lib,$(r))) \
		-Wl,--end-group $(L_store) $(L_policy) $(L_base) -lseccomp -lm
