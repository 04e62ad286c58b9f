#include "take-over.h"
#include "base/file.h"
#include "base/text.h"
#include "overlay.h"
#include "rebuild-directory.h"

static bool is_below(const struct path *path, const char *directory)
{
	const size_t length = text_length(directory);

	return text_starts_with(path->text, directory) &&
	       (path->text[length] == '/' || path->text[length] == '\0');
}

/* Packages fill these; the user has no files of his own there, root apart. */
static bool is_of_packages(const struct path *path)
{
	static const char directories[][5] = { "/usr", "/etc", "/bin", "/lib" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		if (text_starts_with(path->text, directories[i]))
			return !is_below(path, "/usr/local");
	}
	return text_starts_with(path->text, "/sbin");
}

bool is_below_packages(const struct path *path)
{
	return is_of_packages(path) && text_contains_any(path->text + 1, "/");
}

static bool is_of_site(const struct path *path)
{
	return is_below(path, "/usr/local") || is_below(path, "/opt");
}

bool take_over(struct view *view, uint32_t node)
{
	const bool is_packages = is_of_packages(&view->host);

	if (view->host.length == 0)
		return exchange_root(view, node);
	/* Home, scratch and whatever else the user can make names in stays as it is. */
	if (!is_packages && !is_of_site(&view->host) && !failed(sys_access(view->host.text, W_OK)))
		return false;
	if (is_packages && view->has_overlay && overlay(view, node))
		return true;
	return rebuild_directory(view, node);
}
