/*
 * /proc/self/exe leads to it whatever happened to its name; where there is no /proc, the name that
 * the kernel was given, and then argv[0], are tried. A file counts where the head in it is that in
 * memory.
 */
#include "source.h"
#include "base/file-status.h"
#include "base/mapping.h"
#include "base/text.h"
#include "check.h"
#include "frame.h"
#include "head.h"
#include "random.h"

static const char own_link[] = "/proc/self/exe";

const char *source_name(const struct start *start)
{
	const char *name = (const char *)auxv_value(start, AT_EXECFN);

	if (name == NULL && start->argc > 0)
		name = start->argv[0];
	return name == NULL ? "this file" : name;
}

static uint64_t file_size(void)
{
	return run_head.index + run_head.index_size;
}

/* Of a regular file, or of nothing that can be told. */
static bool has_other_size(const char *name)
{
	const struct file_status found = file_status_at(AT_FDCWD, name, 0);

	return (found.mode & S_IFMT) != S_IFREG || found.size != file_size();
}

/* By both names: under an emulator the first is its own, and the other may be another file's by
 * now. */
bool is_cut_or_grown(const struct start *start)
{
	const char *name = (const char *)auxv_value(start, AT_EXECFN);

	return has_other_size(own_link) && name != NULL && has_other_size(name) &&
	       file_status_at(AT_FDCWD, name, 0).mode != 0;
}

/* Where the head lies in the file, by the program headers. */
static uint64_t head_place(const struct start *start)
{
	const elf_phdr *headers = (const void *)auxv_value(start, AT_PHDR);
	const uintptr_t address = (uintptr_t)&run_head;

	for (uintptr_t i = 0; i < auxv_value(start, AT_PHNUM); i++) {
		const uintptr_t inside = address - headers[i].p_vaddr;

		if (headers[i].p_type == PT_LOAD && inside < headers[i].p_filesz)
			return headers[i].p_offset + inside;
	}
	return 0;
}

bool read_source(const struct source *source, void *to, size_t size, uint64_t offset)
{
	char *at = to;

	while (size > 0) {
		const long count = read_at(source->fd, at, size, offset);

		if (count == -EINTR)
			continue;
		if (failed(count) || count == 0)
			return false;
		at += count;
		offset += (uint64_t)count;
		size -= (size_t)count;
	}
	return true;
}

static bool is_own(const struct source *source)
{
	struct run_head head;

	return read_source(source, &head, sizeof(head), head_place(source->start)) &&
	       bytes_equal(&head, &run_head, sizeof(head));
}

static bool find_own_file(struct source *source)
{
	const struct start *start = source->start;
	const char *names[] = { own_link, (const char *)auxv_value(start, AT_EXECFN),
				start->argc > 0 ? start->argv[0] : NULL };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const long fd =
			names[i] == NULL ? -ENOENT : sys_open(names[i], O_RDONLY | O_CLOEXEC);

		if (failed(fd))
			continue;
		source->fd = (int)fd;
		if (is_own(source))
			return true;
		sys_close((int)fd);
	}
	return false;
}

static const char *read_index(struct source *source)
{
	const size_t slots = (size_t)count_slots(run_head.entries) * sizeof(uint32_t);
	const size_t size = (size_t)run_head.index_size;
	struct decoder *decoder = make_decoder();
	void *packed = map_memory(size, MAP_PRIVATE);
	void *plain = map_memory((size_t)run_head.index_plain, MAP_PRIVATE);
	const char *wrong = NULL;

	source->index.slots = map_memory(slots, MAP_PRIVATE);
	source->index.seed = choose_seed(source->start);
	if (decoder == NULL || packed == NULL || plain == NULL || source->index.slots == NULL)
		return "needs more memory to be unpacked than there is";
	if (!read_source(source, packed, size, run_head.index) ||
	    !decode_frames(decoder, packed, size, plain, (size_t)run_head.index_plain))
		wrong = "is damaged, its index cannot be read: copy it again";
	else
		wrong = check_index(&source->index, &run_head, plain);
	sys_munmap(packed, size);
	return wrong;
}

const char *open_source(struct source *source)
{
	const char *wrong;

	if (source->is_open)
		return NULL;
	if (!find_own_file(source))
		return "cannot be read, to be unpacked";
	if (file_status_of_open(source->fd).size != file_size())
		return "is not as long as it was made: copy it again";
	wrong = read_index(source);
	source->is_open = wrong == NULL;
	return wrong;
}
