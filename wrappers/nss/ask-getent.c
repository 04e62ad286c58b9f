/* Ask the host's own getent(1), which knows all that the host's programs know. */
#include "ask.h"
#include "base/file.h"
#include "base/text.h"
#include "errand.h"
#include "read.h"

/* What getent exits with when there is no such name. */
enum { EXIT_ABSENT = 2 };

/* The variable keeps a getent that is itself packed from asking itself. */
static const char marker[] = "DYNPK_NAMES=host";
static const char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", marker, NULL };

extern char **environ __attribute__((weak));

static bool is_started_by_us(void)
{
	char *const *variables = &environ == NULL ? NULL : environ;

	for (; variables != NULL && *variables != NULL; variables++) {
		if (bytes_equal(*variables, marker, sizeof(marker)))
			return true;
	}
	return false;
}

static const char *database_of(enum subject subject)
{
	switch (subject) {
	case USER_BY_NAME:
	case USER_BY_ID:
		return "passwd";
	case GROUP_BY_NAME:
	case GROUP_BY_ID:
		return "group";
	case GROUPS_OF_USER:
		return "initgroups";
	case ADDRESSES_OF_HOST:
		return "ahosts";
	case NAMES_OF_ADDRESS:
	default:
		return "hosts";
	}
}

/* Names that getent would take for an option, or for a number. */
static bool can_be_asked(const struct question *question)
{
	uint32_t number;

	if (question->text[0] == '-')
		return false;
	return (question->subject != USER_BY_NAME && question->subject != GROUP_BY_NAME) ||
	       !read_number(question->text, question->length, &number);
}

enum verdict ask_getent(const struct question *question, struct workplace *workplace)
{
	static const char *const places[] = {
		"/usr/bin/getent",
		"/bin/getent",
		"/run/current-system/sw/bin/getent",
		"/run/current-system/profile/bin/getent",
	};
	struct errand *errand = &workplace->errand;
	size_t i = 0;

	while (i < sizeof(places) / sizeof(places[0]) && failed(sys_access(places[i], X_OK)))
		i++;
	if (i == sizeof(places) / sizeof(places[0]) || is_started_by_us())
		return UNANSWERED;
	if (!can_be_asked(question))
		return ABSENT;
	errand->program = places[i];
	errand->arguments[0] = "getent";
	errand->arguments[1] = database_of(question->subject);
	errand->arguments[2] = question->text;
	errand->arguments[3] = NULL;
	errand->environment = environment;
	if (!carry_out(workplace))
		return UNANSWERED;
	if (errand->status == EXIT_ABSENT << 8)
		return ABSENT;
	if (errand->status != 0)
		return UNANSWERED;
	return read_lines(question, workplace->reply, (size_t)errand->size, &workplace->answer);
}
