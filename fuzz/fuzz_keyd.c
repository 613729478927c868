/* Any bytes as a message to keyd, or from it: what is read is written again as the very same bytes,
 * so that no two texts mean one message. The first two bytes choose message and direction. */
#include "keyd/client/protocol.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct keyd_message *m = size >= 2 ? keyd_message_of(data[0]) : NULL;
	const struct wire_msg *w;
	struct cursor c;
	struct arena *a;
	struct buf b;
	void *obj;

	if (m == NULL)
		return 0;
	w = data[1] % 2 == 0 ? m->request : m->answer;
	a = arena_new(64 << 20);
	obj = arena_alloc(a, w->size);
	c = (struct cursor){.rest = str_bytes(data + 2, size - 2)};
	buf_init(&b, 1 << 20);
	if (wire_unpack(a, w, &c, obj) == ERR_OK && cursor_done(&c)) {
		if (wire_pack(w, obj, &b) != ERR_OK ||
		        !str_eq(buf_view(&b), str_bytes(data + 2, size - 2)))
			abort();
	}
	buf_clear(&b);
	arena_free(a);
	return 0;
}
