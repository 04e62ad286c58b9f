/* Strings and environments of wrappers/base, by example. */
#include "base/text.h"
#include "base/variables.h"
#include "check.h"
#include <stdint.h>
#include <string.h>

static void check_texts(void)
{
	CHECK(text_length("") == 0 && text_length("abc") == 3);
	CHECK(text_equal("", "") && text_equal("ab", "ab"));
	CHECK(!text_equal("ab", "abc") && !text_equal("abc", "ab") && !text_equal("a", "b"));
	CHECK(strcmp(text_behind("libc.so", "lib"), "c.so") == 0);
	CHECK(*text_behind("lib", "lib") == '\0' && text_behind("li", "lib") == NULL);
	CHECK(text_starts_with("lib", "") && !text_starts_with("", "l"));
	CHECK(bytes_equal("a\0b", "a\0b", 3) && !bytes_equal("a\0b", "a\0c", 3));
	CHECK(bytes_equal("a", "b", 0) && !bytes_equal("\x80", "\0", 1));
	CHECK(text_contains_any("a:b", "; :") && !text_contains_any("a:b", "; "));
	CHECK(!text_contains_any("", ":") && !text_contains_any(":", ""));
}

static void check_appending(void)
{
	char buffer[32];
	char *end = text_append(text_append(buffer, "pid"), "-");

	CHECK(*end == '\0' && end == buffer + 4);
	end = text_append_number(end, 0);
	end = text_append_number(end, 12345);
	CHECK(strcmp(buffer, "pid-012345") == 0 && end == buffer + 10);
	text_append_number(buffer, UINT32_MAX);
	CHECK(strcmp(buffer, "4294967295") == 0);
}

static void check_variables(void)
{
	char *const environment[] = {
		"HOME=/root", "PATHS=/", "PATH=/bin", "PATH=/usr", "X=", NULL
	};

	CHECK(strcmp(value_of("PATH=/bin", "PATH"), "/bin") == 0);
	CHECK(value_of("PATHS=/", "PATH") == NULL && value_of("PATH", "PATH") == NULL);
	CHECK(strcmp(find_value(environment, "PATH"), "/bin") == 0);
	CHECK(*find_value(environment, "X") == '\0');
	CHECK(find_value(environment, "HOM") == NULL);
}

int main(void)
{
	check_texts();
	check_appending();
	check_variables();
	return tell_failures();
}
