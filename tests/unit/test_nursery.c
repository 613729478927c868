/* Pictures drawn anew, by hand and by a nursery in its sandbox; pictures that are broken or lie. */
#include "unit.h"

#include "base/time.h"
#include "proc/image.h"
#include "proc/nursery.h"
#include "proc/sandbox.h"

#include <png.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jpeglib.h>

/* ---- Making pictures ---- */

static int
memory(const void *p, size_t n)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	if (n > 0)
		assert_int_equal(pwrite(fd, p, n, 0), n);
	return fd;
}

static void
to_buf(png_structp png, png_bytep p, size_t n)
{
	buf_add(png_get_io_ptr(png), p, n);
}

struct shape {
	const char *name;
	uint32_t width, height;
	int depth, type, interlace;
};

/* A PNG with metadata that must not survive. */
static void
make_png(struct buf *b, const struct shape *s)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	static char key[] = "Comment", secret[] = "taken at home";
	png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE,
	        .key = key,
	        .text = secret,
	        .text_length = sizeof secret - 1};
	png_color palette[4] = {{1, 2, 3}, {200, 100, 50}, {9, 9, 9}, {0, 255, 0}};
	unsigned char trans[2] = {0, 128};
	size_t row_bytes;
	unsigned char *row;

	png_set_write_fn(png, b, to_buf, NULL);
	png_set_compression_level(png, 1);
	png_set_IHDR(png, info, s->width, s->height, s->depth, s->type, s->interlace, 0, 0);
	if (s->type == PNG_COLOR_TYPE_PALETTE) {
		png_set_PLTE(png, info, palette, 4);
		png_set_tRNS(png, info, trans, 2, NULL);
	}
	png_set_text(png, info, &text, 1);
	png_set_gAMA(png, info, 0.5);
	png_write_info(png, info);
	row_bytes = png_get_rowbytes(png, info);
	row = malloc(row_bytes);
	for (int pass = 0; pass < png_set_interlace_handling(png); pass++) {
		for (uint32_t y = 0; y < s->height; y++) {
			for (size_t x = 0; x < row_bytes; x++)
				row[x] = s->type == PNG_COLOR_TYPE_PALETTE
				                 ? (unsigned char)((x + y) % 4)
				                 : (unsigned char)(x * 7 + y * 13);
			png_write_row(png, row);
		}
	}
	png_write_end(png, info);
	free(row);
	png_destroy_write_struct(&png, &info);
}

static void
make_jpeg(struct buf *b, bool grey, bool progressive)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr errors;
	unsigned char row[64 * 3], *out = NULL;
	unsigned long n = 0;
	JSAMPROW rows = row;

	j.err = jpeg_std_error(&errors);
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &out, &n);
	j.image_width = 64;
	j.image_height = 48;
	j.input_components = grey ? 1 : 3;
	j.in_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(&j);
	if (progressive)
		jpeg_simple_progression(&j);
	jpeg_start_compress(&j, TRUE);
	jpeg_write_marker(&j, JPEG_COM, (const JOCTET *)"taken at home", 13);
	while (j.next_scanline < 48) {
		for (size_t x = 0; x < sizeof row; x++)
			row[x] = (unsigned char)(x + j.next_scanline);
		jpeg_write_scanlines(&j, &rows, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	buf_add(b, out, n);
	free(out);
}

/* Draws B anew; with ERR_OK the result is a PNG of WIDTH × HEIGHT without a trace of the text. */
static enum err
redraw(struct str b, uint32_t width, uint32_t height)
{
	int in = memory(b.p, b.n), out = memory(NULL, 0);
	enum err e = image_redraw(in, out);

	if (e == ERR_OK) {
		png_image image = {.version = PNG_IMAGE_VERSION};
		off_t n = lseek(out, 0, SEEK_END);
		char *p = mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, out, 0);
		void *pixels;

		assert_int_not_equal(png_image_begin_read_from_memory(&image, p, (size_t)n), 0);
		assert_int_equal(image.width, width);
		assert_int_equal(image.height, height);
		image.format = PNG_FORMAT_RGBA;
		pixels = malloc(PNG_IMAGE_SIZE(image));
		assert_int_not_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
		free(pixels);
		assert_null(memmem(p, (size_t)n, "home", 4));
		assert_null(memmem(p, (size_t)n, "gAMA", 4));
		munmap(p, (size_t)n);
	}
	close(in);
	close(out);
	return e;
}

/* ---- The pictures ---- */

static const struct shape shapes[] = {
        {"rgb", 33, 21, 8, PNG_COLOR_TYPE_RGB, 0},
        {"rgba", 33, 21, 8, PNG_COLOR_TYPE_RGBA, 0},
        {"grey 1", 33, 21, 1, PNG_COLOR_TYPE_GRAY, 0},
        {"grey 16", 33, 21, 16, PNG_COLOR_TYPE_GRAY, 0},
        {"grey alpha", 33, 21, 8, PNG_COLOR_TYPE_GRAY_ALPHA, 0},
        {"rgb 16", 33, 21, 16, PNG_COLOR_TYPE_RGB, 0},
        {"palette", 33, 21, 8, PNG_COLOR_TYPE_PALETTE, 0},
        {"interlaced", 33, 21, 8, PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_ADAM7},
        {"interlaced palette", 5, 3, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_ADAM7},
        {"one pixel", 1, 1, 8, PNG_COLOR_TYPE_RGB, 0},
        {"wide", IMAGE_SIDE_MAX, 1, 8, PNG_COLOR_TYPE_RGB, 0},
};

static void
test_good(void **state)
{
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		buf_init(&b, 10 << 20);
		make_png(&b, &shapes[i]);
		if (redraw(buf_view(&b), shapes[i].width, shapes[i].height) != ERR_OK)
			fail_msg("%s", shapes[i].name);
		buf_clear(&b);
	}
	for (int i = 0; i < 4; i++) {
		buf_init(&b, 10 << 20);
		make_jpeg(&b, (i & 1) != 0, (i & 2) != 0);
		assert_int_equal(redraw(buf_view(&b), 64, 48), ERR_OK);
		buf_clear(&b);
	}
}

/* The colours are those of the original. */
static void
test_colours(void **state)
{
	static const struct shape s = {"rgb", 10, 4, 8, PNG_COLOR_TYPE_RGB, 0};
	png_image image = {.version = PNG_IMAGE_VERSION};
	unsigned char pixels[10 * 4 * 3], file[4096];
	struct buf b;
	ssize_t n;
	int in, out = memory(NULL, 0);

	(void)state;
	buf_init(&b, 1 << 20);
	make_png(&b, &s);
	in = memory(b.p, b.n);
	assert_int_equal(image_redraw(in, out), ERR_OK);
	n = pread(out, file, sizeof file, 0);
	assert_int_not_equal(png_image_begin_read_from_memory(&image, file, (size_t)n), 0);
	image.format = PNG_FORMAT_RGB;
	assert_int_not_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
	for (size_t y = 0; y < 4; y++) {
		for (size_t x = 0; x < 30; x++)
			assert_int_equal(pixels[y * 30 + x], (unsigned char)(x * 7 + y * 13));
	}
	close(in);
	close(out);
	buf_clear(&b);
}

static void
be32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static uint32_t
crc(const unsigned char *p, size_t n)
{
	uint32_t c = ~0u;

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xEDB88320u : 0);
	}
	return ~c;
}

/* The first picture with another size in its head, correctly summed. */
static enum err
claims(uint32_t width, uint32_t height)
{
	struct buf b;
	enum err e;

	buf_init(&b, 1 << 20);
	make_png(&b, &shapes[0]);
	be32((unsigned char *)b.p + 16, width);
	be32((unsigned char *)b.p + 20, height);
	be32((unsigned char *)b.p + 29, crc((unsigned char *)b.p + 12, 17));
	e = redraw(buf_view(&b), width, height);
	buf_clear(&b);
	return e;
}

static void
test_broken(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} files[] = {
	        {"", 0},
	        {"GIF89a\1\0\1\0\0\0\0", 13},
	        {"<svg xmlns='http://www.w3.org/2000/svg'/>", 41},
	        {"\x89PNG\r\n\x1a\n", 8},
	        {"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", 20},
	        {"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR", 16},
	        {"\xff\xd8\xff\xe0\0\0\0\0\0", 9},
	        {"\xff\xd8\xff\xd9\0\0\0\0\0", 9},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		assert_int_equal(redraw((struct str){files[i].p, files[i].n}, 0, 0), ERR_INVALID);
	for (int kind = 0; kind < 4; kind++) {
		buf_init(&b, 1 << 20);
		if (kind < 2)
			make_png(&b, &shapes[kind == 0 ? 0 : 7]);
		else
			make_jpeg(&b, false, kind == 3);
		/* Cut anywhere; of a JPEG but the end mark may be missing. */
		for (size_t n = 0; n + 12 < b.n; n += 1 + b.n / 200)
			assert_int_equal(redraw((struct str){b.p, n}, 0, 0), ERR_INVALID);
		/* One byte changed: whatever comes, it comes back. */
		for (size_t at = 0; at < b.n; at += 1 + b.n / 400) {
			int in, out = memory(NULL, 0);
			enum err e;

			b.p[at] ^= 0x55;
			in = memory(b.p, b.n);
			e = image_redraw(in, out);
			assert_true(e == ERR_OK || e == ERR_INVALID || e == ERR_TOO_LARGE);
			b.p[at] ^= 0x55;
			close(in);
			close(out);
		}
		buf_clear(&b);
	}
	assert_int_equal(claims(0, 21), ERR_INVALID);
	assert_int_equal(claims(33, 22), ERR_INVALID);
	assert_int_equal(claims(IMAGE_SIDE_MAX + 1, 1), ERR_TOO_LARGE);
	assert_int_equal(claims(7000, 7000), ERR_TOO_LARGE);
	assert_int_not_equal(claims(0x7FFFFFFF, 0x7FFFFFFF), ERR_OK);
	assert_int_not_equal(claims(0xFFFFFFFF, 1), ERR_OK);
}

/* ---- Through a nursery ---- */

static pid_t
start_nursery(unsigned time_s, struct channel_pool *pool)
{
	static const int syscalls[] = {SCMP_SYS(dup2), SCMP_SYS(close_range)};
	static const struct sandbox_spec spec = {
	        .may = SANDBOX_FORK, .syscalls = syscalls, .syscalls_n = 2};
	struct fds fds = {.n = 1};
	int pair[2];
	pid_t pid;

	assert_int_equal(packet_pair(pair), ERR_OK);
	pid = fork();
	if (pid == 0) {
		struct nursery n = {.worker_time_s = time_s};
		struct channel_server *s =
		        channel_server_new(nursery_requests, nursery_requests_n, &n);
		struct diag d;

		close(pair[0]);
		if (sandbox_enter(&spec, &d) != ERR_OK ||
		        channel_server_add(s, pair[1], 3 /* ROLE_DESK */) != ERR_OK)
			_exit(99);
		while (!n.spent) {
			if (channel_server_step(s, -1) != ERR_OK)
				_exit(98);
		}
		_exit(0);
	}
	close(pair[1]);
	fds.fd[0] = pair[0];
	channel_pool_replace(pool, &fds);
	return pid;
}

static void
test_nursery(void **state)
{
	static const struct shape large = {"large", 8000, 5000, 8, PNG_COLOR_TYPE_RGB, 0};
	static const struct shape laced = {
	        "laced", 8000, 5000, 8, PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_ADAM7};
	struct channel_pool *pool = channel_pool_new();
	const struct shape *const good[] = {&shapes[0], &large, &laced, &shapes[7]};
	int hung[2], status, out = memory(NULL, 0), junk = memory("junk junk junk", 14);
	pid_t pid = start_nursery(20, pool);

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t from_ms = now_mono_ms();
		struct buf b;
		int in;

		buf_init(&b, 256 << 20);
		make_png(&b, good[i]);
		in = memory(b.p, b.n);
		from_ms = now_mono_ms();
		assert_int_equal(nursery_image(pool, in, out, 30000), ERR_OK);
		print_message("%s: %u ms\n", good[i]->name, (unsigned)(now_mono_ms() - from_ms));
		assert_true(lseek(out, 0, SEEK_END) > 50);
		buf_clear(&b);
		close(in);
	}
	/* What is no picture is no reason to begin anew. */
	assert_int_equal(nursery_image(pool, junk, out, 5000), ERR_INVALID);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);

	/* A worker that hangs is ended by time, and its nursery after it has said so. */
	pid = start_nursery(1, pool);
	assert_int_equal(pipe(hung), 0);
	assert_int_equal(nursery_image(pool, hung[0], out, 10000), ERR_TOO_LARGE);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(nursery_image(pool, junk, out, 100), ERR_BUSY);
	channel_pool_free(pool);
	close(out);
	close(junk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_good),
	        cmocka_unit_test(test_colours),
	        cmocka_unit_test(test_broken),
	        cmocka_unit_test(test_nursery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
