/*
 * Words for rules about the environment, in launch records and in path tables.
 */
#ifndef DYNPK_RULES_H
#define DYNPK_RULES_H

enum rule_action {
	RULE_DEFAULT = 1,
	RULE_PREPEND = 2,
	RULE_APPEND = 3,
	RULE_CHOOSE = 4,
	/* In launch records alone. */
	RULE_ASIDE = 5,
	RULE_SIFT = 6,
};
enum part_kind { PART_BUNDLE = 1, PART_LITERAL = 2 };

#endif
