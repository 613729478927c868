# The targets that people call; each is a short script in tools/.

format:
	clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'fuzz/*.c' 'bench/*.c')
lint:
	tools/lint
clean:
	rm -rf build
.PHONY: format lint clean

# One benchmark's own server, with what it needs of the web.
$(B)/bench/%: bench/%.c $(foreach r,web base,$(call lib,$(r)))
	@mkdir -p $(@D)
	$(COMPILE) -MF $@.d $< -o $@ $(LINK:$(CC)%=%) -Wl,--start-group $(foreach r,web base,$(call lib,$(r))) \
		-Wl,--end-group $(L_web) $(L_base)
