#include "proot.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "namespace/bundle-view.h"
#include "namespace/compare-host.h"
#include "namespace/hide-fallbacks.h"
#include "namespace/mark.h"

/*
 * The words of `proot -b FROM:TO ... LAUNCHER ARGS...`; counted first, without `words`. Others may
 * make directories on the host meanwhile, so that there are more the second time: what goes beyond
 * the room is counted alone.
 */
struct command {
	struct view *view;
	char **words;
	char *next;
	size_t room;
	size_t bytes_room;
	size_t count;
	size_t bytes;
	bool has_colon;
};

static void put_word(struct command *command, const char *const *pieces)
{
	const size_t count = command->count++;

	if (command->words != NULL && count < command->room)
		command->words[count] = command->next;
	for (; *pieces != NULL; pieces++) {
		command->bytes += text_length(*pieces);
		if (command->words != NULL && command->bytes < command->bytes_room)
			command->next = text_append(command->next, *pieces);
	}
	command->bytes++;
	if (command->words != NULL && command->bytes <= command->bytes_room)
		*command->next++ = '\0';
}

#define PUT_WORD(command, ...) put_word(command, (const char *const[]){ __VA_ARGS__, NULL })

static void put_binding(struct command *command, const char *below, const char *path,
			const char *place)
{
	/* There is no way to quote one. */
	command->has_colon |= text_contains_any(path, ":") || text_contains_any(place, ":");
	PUT_WORD(command, "-b");
	PUT_WORD(command, command->view->bundle->top, below, path, ":", place);
}

static void put_bindings(struct command *command, uint32_t directory);

static void put_node(struct command *command, uint32_t node)
{
	const struct view *view = command->view;
	const uint8_t kind = node_at(view->table, node)->kind;
	const enum need need = need_of(view, node, view->host.text);
	char buffer[PATH_MAX];
	const char *path = payload_path(view, directory_of(view, node), buffer);

	if (need == NEED_NOTHING)
		return;
	if (kind == NODE_MERGED ||
	    (kind == NODE_ALIAS && (need == NEED_ENTER || need == NEED_FOLLOW))) {
		put_bindings(command, directory_of(view, node));
		return;
	}
	put_binding(command, "/root/", path, view->host.text);
}

static void put_bindings(struct command *command, uint32_t directory)
{
	struct view *view = command->view;
	const struct node *it = node_at(view->table, directory);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const struct node *child = node_at(view->table, it->first_child + i);

		if (path_push(&view->host, name_of(view, it->first_child + i),
			      child->name_length) &&
		    has_content(view, it->first_child + i))
			put_node(command, it->first_child + i);
		path_cut(&view->host, length);
	}
}

static void put_command(struct command *command, const char *proot)
{
	const struct projection *bundle = command->view->bundle;

	command->count = 0;
	command->bytes = 0;
	path_cut(&command->view->host, 0);
	PUT_WORD(command, proot);
	put_bindings(command, ROOT_NODE);
	put_binding(command, "", "", PROOT_MARK);
	PUT_WORD(command, bundle->top, "/", bundle->launcher);
}

/* The first executable file of this name in the user's PATH, by its full name; returns false where
 * there is none. */
static bool find_proot(const struct launch *launch, char *to)
{
	const char *path = find_value(launch->start.environment, "PATH");

	while (path != NULL && *path != '\0') {
		size_t length = 0;

		while (path[length] != ':' && path[length] != '\0')
			length++;
		/* Nobody has named it: what lies in the working directory is not meant. */
		if (path[0] == '/' && length + sizeof("/proot") <= PATH_MAX) {
			memcpy(to, path, length);
			text_append(to + length, "/proot");
			if (!failed(sys_access(to, X_OK)))
				return true;
		}
		path += length + (path[length] == ':');
	}
	return false;
}

void start_by_proot(const struct launch *launch)
{
	struct view view = { .bundle = &launch->bundle };
	struct command command = { .view = &view };
	char proot[PATH_MAX];
	struct table *table;
	char **words;
	long area;

	if (launch->bundle.top[0] != '/' || text_contains_any(launch->bundle.top, ":") ||
	    !find_proot(launch, proot))
		return;
	table = read_table(&launch->bundle);
	hide_fallbacks(table);
	view.table = table;
	put_command(&command, proot);
	area = sys_mmap(0,
			(command.count + launch->start.argc + 2) * sizeof(*words) + command.bytes,
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (command.has_colon || failed(area))
		return;
	words = (char **)area;
	command.words = words;
	command.next = (char *)(words + command.count + launch->start.argc + 2);
	command.room = command.count;
	command.bytes_room = command.bytes;
	put_command(&command, proot);
	if (command.count != command.room || command.bytes != command.bytes_room)
		return;
	words += command.count;
	for (size_t i = 1; i < launch->start.argc; i++)
		*words++ = launch->start.argv[i];
	*words = NULL;
	sys_execve(proot, command.words, launch->start.environment);
}
