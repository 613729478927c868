/* Reading keys/public.keys. */
#include "keyd/client/public_keys.h"

#include <string.h>
#include <unistd.h>

enum err
public_keys_read(int fd, struct public_keys *out)
{
	unsigned char bytes[PUBLIC_KEYS_BYTES + 1];
	ssize_t n = pread(fd, bytes, sizeof bytes, 0);

	if (n != PUBLIC_KEYS_BYTES)
		return n < 0 ? ERR_IO : ERR_INVALID;
	memcpy(out->storage, bytes, sizeof out->storage);
	memcpy(out->signing, bytes + sizeof out->storage, sizeof out->signing);
	return ERR_OK;
}
