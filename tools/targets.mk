# The targets that people call; each is a short script in tools/.

format:
	clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'fuzz/*.c' 'bench/*.c')
lint:
	tools/lint
clean:
	rm -rf build
.PHONY: format lint clean
