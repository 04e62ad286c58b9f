#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "namespace/mountinfo.h"

bool try_mounts(const unsigned char *bytes, size_t size)
{
	char *text = malloc(size + 1);
	const char *at = text;
	char place[64];
	size_t lines = 0;

	memcpy(text, bytes, size);
	text[size] = '\0';
	while (next_mount(&at, place, sizeof(place))) {
		require(at > text && at <= text + size, "a line leaves its text");
		require(strlen(place) < sizeof(place), "a place has no end");
		lines++;
	}
	free(text);
	return lines > 0;
}
