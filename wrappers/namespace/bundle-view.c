#include "bundle-view.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

char *payload_path(const struct view *view, uint32_t node, char *buffer)
{
	char *at = buffer + PATH_MAX - 1;

	*at = '\0';
	for (; node != ROOT_NODE; node = node_at(view->table, node)->parent) {
		const struct node *it = node_at(view->table, node);

		if ((size_t)(at - buffer) < it->name_length + 1u)
			fail_mount(view, name_of(view, node), -ENAMETOOLONG);
		if (*at != '\0')
			*--at = '/';
		at -= it->name_length;
		memcpy(at, name_of(view, node), it->name_length);
	}
	return at;
}

_Noreturn void fail_mount(const struct view *view, const char *place, long result)
{
	char number[24];

	text_append_number(number, (unsigned long)-result);
	FAIL(EXIT_LAUNCHER, "cannot show ", view->bundle->launcher, " the bundle's ", place,
	     " (mount: error ", number, "): DYNPK_ENGINE=direct starts it without its own files");
}
