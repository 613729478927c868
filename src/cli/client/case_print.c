/* Cases as text. What reporters wrote is shown without control characters, so that it cannot drive
 * the terminal. */
#include "cli/client/case_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *
text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL ? s : "";
}

/* C0 and C1 control characters (in UTF-8: c2 80 … c2 9f) but line breaks and tabs become "?"; each
 * line begins with INDENT. */
static void
print_text(const char *s, const char *indent)
{
	const unsigned char *p = (const unsigned char *)s;
	bool begins = true;

	for (; *p != '\0'; p++) {
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;

		if (begins)
			fputs(indent, stdout);
		begins = *p == '\n';
		if (c1)
			p++;
		if (c1 || (*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
			putchar('?');
		else
			putchar(*p);
	}
	if (!begins)
		putchar('\n');
}

static void
print_word(const char *s)
{
	for (; *s != '\0'; s++)
		putchar((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
}

static void
print_row(const json_t *c)
{
	const json_t *next = json_object_get(c, "next");

	printf("%-16s %-13s %-9s ", text(c, "case"),
	        json_is_true(json_object_get(c, "needs_info")) ? "needs info" : text(c, "state"),
	        text(c, "severity")[0] != '\0' ? text(c, "severity") : "-");
	if (json_is_object(next))
		printf("%-12s %-21s", text(next, "clock"), text(next, "due_at"));
	else
		printf("%-12s %-21s", "-", "-");
	putchar(' ');
	print_word(text(c, "title"));
	putchar('\n');
}

void
case_print_list(const json_t *items)
{
	size_t i;
	json_t *c;

	json_array_foreach(items, i, c) print_row(c);
}

/* ---- One case ---- */

static void
print_head(const json_t *c)
{
	static const char *const keys[] = {"severity", "reported_severity", "close_reason",
	        "duplicate_of", "component", "cvss", "channel", "received_at", "updated_at",
	        "policy"};
	const json_t *assignee = json_object_get(c, "assignee");

	printf("%s  ", text(c, "case"));
	print_word(text(c, "title"));
	printf("\n%-18s %s%s\n", "state", text(c, "state"),
	        json_is_true(json_object_get(c, "needs_info")) ? ", waiting for the reporter" : "");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (text(c, keys[i])[0] == '\0')
			continue;
		printf("%-18s ", keys[i]);
		print_word(text(c, keys[i]));
		putchar('\n');
	}
	if (json_is_integer(assignee))
		printf("%-18s member %" JSON_INTEGER_FORMAT "\n", "assignee",
		        json_integer_value(assignee));
}

static void
print_clocks(const json_t *clocks)
{
	size_t i;
	json_t *k;

	json_array_foreach(clocks, i, k)
	{
		const char *stopped = text(k, "stopped_at");

		printf("  %-16s %-8s due %s%s%s\n", text(k, "clock"), text(k, "state"),
		        text(k, "due_at"), stopped[0] != '\0' ? ", stopped " : "", stopped);
	}
}

static void
print_report(const json_t *report)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)report, key, value)
	{
		char *dumped;

		if (json_is_string(value) && json_string_length(value) > 0) {
			printf("  %s:\n", key);
			print_text(json_string_value(value), "    ");
		} else if (!json_is_string(value) && !json_is_null(value)) {
			dumped = json_dumps(value, JSON_ENCODE_ANY);
			printf("  %s:\n", key);
			print_text(dumped != NULL ? dumped : "", "    ");
			free(dumped);
		}
	}
}

static void
print_entries(const json_t *entries, const char *who)
{
	size_t i, k;
	json_t *entry, *file;

	json_array_foreach(entries, i, entry)
	{
		printf("  %s %s:\n", text(entry, "at"), text(entry, who));
		print_text(text(entry, "text"), "    ");
		json_array_foreach(json_object_get(entry, "files"), k, file)
		{
			fputs("    file: ", stdout);
			print_word(text(file, "name"));
			putchar('\n');
		}
	}
}

static void
print_events(const json_t *events)
{
	size_t i;
	json_t *e;

	json_array_foreach(events, i, e)
	        printf("  %s %-18s %s\n", text(e, "at"), text(e, "event"), text(e, "by"));
}

void
case_print(const json_t *c)
{
	print_head(c);
	puts("\nPromises");
	print_clocks(json_object_get(c, "clocks"));
	puts("\nReport");
	print_report(json_object_get(c, "report"));
	puts("\nConversation");
	print_entries(json_object_get(c, "thread"), "from");
	puts("\nNotes");
	print_entries(json_object_get(c, "notes"), "by");
	puts("\nEvents");
	print_events(json_object_get(c, "events"));
}
