/* vdpd.yaml: its keys, and what must hold between them. */
#include "policy/config.h"

#include "base/log.h"
#include "policy/keys.h"
#include "policy/values.h"

#include <arpa/inet.h>

#define COUNT(array)          (sizeof(array) / sizeof(array)[0])
#define AT(member_)           .offset = offsetof(struct config, member_)
#define TEXT(min_, max_)      .type = YAML_TEXT, .min = (min_), .max = (max_)
#define FORMAT(read_, ctype_) .type = YAML_VALUE, .read = (read_), .size = sizeof(ctype_)

static const char *const tls_choices[] = {
        [SMTP_TLS_STARTTLS] = "starttls",
        [SMTP_TLS_IMPLICIT] = "tls",
        [SMTP_TLS_NONE] = "none",
        NULL,
};

static const struct yaml_key smtp[] = {
        {"host", TEXT(1, 253), .required = true, AT(notices.smtp.host),
                .help = "name of the relay"},
        {"port", .type = YAML_INT, .min = 1, .max = 65535, AT(notices.smtp.port),
                .help = "its port; 587 if left out"},
        {"tls", .type = YAML_CHOICE, .choices = tls_choices, AT(notices.smtp.tls),
                .help = "starttls, tls or none; starttls if left out"},
        {"user", TEXT(1, 254), AT(notices.smtp.user), .help = "who signs in"},
        {"password_file", TEXT(1, 1000), AT(notices.smtp.password_file),
                .help = "file whose first line is the password"},
        {"from", FORMAT(value_email, struct str), AT(notices.from),
                .help = "sender; the policy's contact address if left out",
                .mend = "write one address: \"security@example.org\""},
};
static const struct yaml_map smtp_map = {"smtp", smtp, COUNT(smtp), sizeof(struct config)};

static const char *const transport_choices[] = {
        [NOTICE_DIR] = "dir",
        [NOTICE_SMTP] = "smtp",
        NULL,
};

static const struct yaml_key notices[] = {
        {"transport", .type = YAML_CHOICE, .choices = transport_choices, .required = true,
                AT(notices.transport), .help = "dir: files; smtp: a relay",
                .mend = "write \"dir\" or \"smtp\""},
        {"dir", TEXT(1, 1000), AT(notices.dir),
                .help = "folder of the .eml files; outbox if left out"},
        {"smtp", .type = YAML_SECTION, .map = &smtp_map, .help = "the relay"},
};
static const struct yaml_map notices_map = {
        "notices", notices, COUNT(notices), sizeof(struct config)};

static const struct yaml_key mail[] = {
        {"lmtp", TEXT(1, 100), AT(mail.lmtp),
                .help = "where mail is taken by LMTP: \"127.0.0.1:2424\" or \"unix:PATH\"",
                .mend = "write \"127.0.0.1:2424\" or \"unix:/run/vdpd/lmtp.sock\""},
        {"recipients", FORMAT(value_email, struct str), .list = true, AT(mail.recipients),
                .offset_n = offsetof(struct config, mail.recipients_n), .unique = true,
                .help = "addresses whose mail is reports; the policy's contact if left out",
                .mend = "write addresses: [\"security@example.org\"]"},
        {"plus", .type = YAML_BOOL, AT(mail.plus),
                .help = "on where mail to user+tag@host arrives too: answers then name the case"},
        {"messages_per_hour", .type = YAML_INT, .min = 1, .max = 1000000,
                AT(mail.messages_per_hour), .help = "of one sender; 600 if left out"},
};
static const struct yaml_map mail_map = {"mail", mail, COUNT(mail), sizeof(struct config)};

static const struct yaml_key limits[] = {
        {"requests_per_minute", .type = YAML_INT, .min = 1, .max = 1000000,
                AT(limits.requests_per_minute), .help = "of one network; 600 if left out"},
        {"reports_per_hour", .type = YAML_INT, .min = 1, .max = 1000000,
                AT(limits.reports_per_hour), .help = "of one network; 30 if left out"},
        {"sign_ins_per_hour", .type = YAML_INT, .min = 1, .max = 1000000,
                AT(limits.sign_ins_per_hour), .help = "of one network; 30 if left out"},
};
static const struct yaml_map limits_map = {"limits", limits, COUNT(limits), sizeof(struct config)};

static const char *const log_choices[] = {
        [LOG_KEY_VALUE] = "key-value",
        [LOG_JSON] = "json",
        NULL,
};
static const struct yaml_key log_keys[] = {
        {"format", .type = YAML_CHOICE, .choices = log_choices, .required = true, AT(log_format),
                .help = "key-value or json, a line an event; key-value if left out",
                .mend = "write \"key-value\" or \"json\""},
};
static const struct yaml_map log_map = {"log", log_keys, COUNT(log_keys), sizeof(struct config)};

#define OPENED(name_, of_, default_)                                                               \
	{                                                                                          \
		name_, .type = YAML_INT, .min = 1, .max = 10000000, AT(budgets.of_),               \
		       .help = default_                                                            \
	}

static const struct yaml_key budgets[] = {
        OPENED("cases_alert", cases_alert, "cases opened, an alert beyond; 100 if left out"),
        OPENED("cases_refuse", cases_refuse, "cases opened, no more beyond; 300 if left out"),
        OPENED("titles_alert", titles_alert, "titles shown, an alert beyond; 5000 if left out"),
        OPENED("titles_refuse", titles_refuse, "titles shown, no more beyond; 20000 if left out"),
};
static const struct yaml_map budgets_map = {
        "budgets", budgets, COUNT(budgets), sizeof(struct config)};

/* A random UUID (RFC 9562 section 5.4). */
static const char *
value_uuid(struct arena *a, struct str s, void *out)
{
	bool ok = s.n == 36;

	for (size_t i = 0; i < s.n && ok; i++) {
		char c = s.p[i];

		if (i == 8 || i == 13 || i == 18 || i == 23)
			ok = c == '-';
		else
			ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
	}
	if (!ok || s.p[14] != '4' || strchr("89ab", s.p[19]) == NULL)
		return "no random UUID in small letters";
	*(struct str *)out = str_dup(a, s);
	return NULL;
}

static const struct yaml_key cve[] = {
        {"org_id", FORMAT(value_uuid, struct str), .required = true, AT(cve.org_id),
                .help = "the UUID that the CVE programme gave the CNA",
                .mend = "write \"b15e7b5b-3da4-40ae-a43c-f7aa60e62599\""},
        {"short_name", .type = YAML_TEXT, .min = 2, .max = 32, AT(cve.short_name),
                .help = "the CNA's short name"},
};
static const struct yaml_map cve_map = {"cve", cve, COUNT(cve), sizeof(struct config)};

#define ORIGIN_MEND "write \"https://security.example.org\", without a path"
#define LISTEN_MEND "write \"127.0.0.1:8080\" or \"[::1]:8080\""

static const struct yaml_key top[] = {
        {"programme", FORMAT(value_id, struct str), .required = true, AT(programme),
                .help = "folder of programmes/ that holds the policy",
                .mend = "write the name of a folder of programmes/"},
        {"public_url", FORMAT(value_origin, struct origin), .required = true, AT(public_url),
                .help = "origin of the public pages", .mend = ORIGIN_MEND},
        {"desk_url", FORMAT(value_origin, struct origin), .required = true, AT(desk_url),
                .help = "origin of the team's pages", .mend = ORIGIN_MEND},
        {"public_listen", FORMAT(value_listen_address, struct listen_address), AT(public_listen),
                .help = "where the public pages listen; 127.0.0.1:8080 if left out",
                .mend = LISTEN_MEND},
        {"desk_listen", FORMAT(value_listen_address, struct listen_address), AT(desk_listen),
                .help = "where the team's pages listen; 127.0.0.1:8081 if left out",
                .mend = LISTEN_MEND},
        {"trusted_proxies", FORMAT(value_cidr, struct cidr), .list = true, AT(trusted_proxies),
                .offset_n = offsetof(struct config, trusted_proxies_n), .unique = true,
                .help = "proxies that end TLS for us",
                .mend = "write \"10.0.0.0/8\" or \"192.0.2.7\""},
        {"demo", .type = YAML_BOOL, AT(demo),
                .help = "what is in it was made up by `vdpd demo`; every page says so"},
        {"sandbox", .type = YAML_BOOL, AT(sandbox),
                .help = "off only where the kernel has no Landlock or seccomp"},
        {"public_threads", .type = YAML_INT, .min = 1, .max = CONFIG_THREADS_MAX,
                AT(public_threads), .help = "threads that serve the public pages; 2 if left out"},
        {"backup_key", FORMAT(value_key, struct str), AT(backup_key),
                .help = "public half of the key that backups are encrypted to",
                .mend = "write what `vdpd backup-key create` printed"},
        {"notices", .type = YAML_SECTION, .map = &notices_map,
                .help = "mails to team and reporters"},
        {"mail", .type = YAML_SECTION, .map = &mail_map, .help = "mail that comes in"},
        {"cve", .type = YAML_SECTION, .map = &cve_map,
                .help = "where the programme is a CVE Numbering Authority"},
        {"limits", .type = YAML_SECTION, .map = &limits_map, .help = "rate limits"},
        {"log", .type = YAML_SECTION, .map = &log_map, .help = "what the processes say on stderr"},
        {"budgets", .type = YAML_SECTION, .map = &budgets_map,
                .help = "different cases that keyd opens in an hour for one person or token"},
};
const struct yaml_map config_keys = {"the configuration", top, COUNT(top), sizeof(struct config)};

/* ---- Between the keys --------------------------------------------------------------------- */

static void
check_origin(const struct yaml_doc *doc, const struct config *c, const struct origin *o,
        const char *name)
{
	if (o->text.n > 0 && !o->https && !o->loopback && c->trusted_proxies_n == 0)
		yaml_mistake(doc, o,
		        "write https, or name the proxy that ends TLS in \"trusted_proxies\"",
		        "\"%s\" is plain http", name);
}

static void
check_notices(const struct yaml_doc *doc, const struct config *c)
{
	if (c->notices.transport == NOTICE_SMTP && c->notices.smtp.host.n == 0)
		yaml_mistake(doc, &c->notices.transport, "add \"smtp:\" with its \"host\"",
		        "the transport is smtp, but there is no relay");
	if (c->notices.smtp.user.n > 0 && c->notices.smtp.password_file.n == 0)
		yaml_mistake(doc, &c->notices.smtp.user, "add \"password_file\"",
		        "the relay has a user, but no password");
	if (c->notices.smtp.user.n > 0 && c->notices.smtp.tls == SMTP_TLS_NONE)
		yaml_mistake(doc, &c->notices.smtp.tls, "write \"starttls\" or \"tls\"",
		        "a password would go to the relay in the clear");
}

static void
check_budget(const struct yaml_doc *doc, const int64_t *alert, const int64_t *refuse)
{
	if (*alert > *refuse)
		yaml_mistake(doc, yaml_line(doc, alert) != 0 ? alert : refuse,
		        "let the alert come first", "the alert is beyond the refusal");
}

static void
check(const struct yaml_doc *doc, const struct config *c)
{
	check_origin(doc, c, &c->public_url, "public_url");
	check_origin(doc, c, &c->desk_url, "desk_url");
	/* One origin would let a flaw of the public pages act as the signed-in team. */
	if (c->desk_url.text.n > 0 && str_eq(c->public_url.text, c->desk_url.text))
		yaml_mistake(doc, &c->desk_url, "give the desk a host or port of its own",
		        "\"desk_url\" and \"public_url\" are the same origin");
	if (c->desk_listen.port != 0 && str_eq(c->public_listen.text, c->desk_listen.text))
		yaml_mistake(doc,
		        yaml_line(doc, &c->desk_listen) != 0 ? &c->desk_listen : &c->public_listen,
		        "give the desk another port",
		        "\"desk_listen\" and \"public_listen\" are the same address");
	check_notices(doc, c);
	check_budget(doc, &c->budgets.cases_alert, &c->budgets.cases_refuse);
	check_budget(doc, &c->budgets.titles_alert, &c->budgets.titles_refuse);
}

static struct listen_address
loopback_port(struct str text, uint16_t port)
{
	return (struct listen_address){{AF_INET, {127, 0, 0, 1}}, port, text};
}

enum err
config_parse(struct arena *a, const char *filename, struct str text, struct diags *ds,
        const struct config **out)
{
	size_t before = ds->n + ds->more;
	struct config *c = ARENA_NEW(a, struct config);
	struct yaml_doc *doc;
	enum err e;

	*c = (struct config){
	        .public_listen = loopback_port(STR("127.0.0.1:8080"), 8080),
	        .desk_listen = loopback_port(STR("127.0.0.1:8081"), 8081),
	        .sandbox = true,
	        .public_threads = 2,
	        .notices = {.transport = NOTICE_DIR, .dir = STR("outbox"), .smtp = {.port = 587}},
	        .mail = {.messages_per_hour = 600},
	        .limits = {.requests_per_minute = 600,
	                .reports_per_hour = 30,
	                .sign_ins_per_hour = 30},
	        .budgets = {.cases_alert = 100,
	                .cases_refuse = 300,
	                .titles_alert = 5000,
	                .titles_refuse = 20000},
	};
	e = yaml_read(a, filename, text, &config_keys, c, ds, &doc);
	if (e == ERR_TOO_LARGE || (e != ERR_OK && yaml_line(doc, c) == 0))
		return e;
	check(doc, c);
	diags_sort(ds);
	if (ds->n + ds->more > before)
		return ERR_INVALID;
	*out = c;
	return ERR_OK;
}

struct str
config_text(struct arena *a, struct str programme, struct str public_url, struct str desk_url)
{
	return str_fmt(a,
	        "# The instance: addresses, switches, transports. What the programme says and "
	        "promises stands in\n"
	        "# programmes/%.*s/policy.yaml.\n\n"
	        "programme: %.*s\n\n"
	        "# The addresses that people see, and where the processes listen.\n"
	        "public_url: %.*s\n"
	        "desk_url: %.*s\n"
	        "public_listen: 127.0.0.1:8080\n"
	        "desk_listen: 127.0.0.1:8081\n\n"
	        "# Proxies that end TLS and pass requests on to us: addresses or ranges.\n"
	        "trusted_proxies: []\n\n"
	        "# dir: one .eml file a message in that folder; smtp: a relay, for example\n"
	        "#   transport: smtp\n"
	        "#   smtp: {host: mail.example.org, port: 587, tls: starttls, user: vdpd,\n"
	        "#     password_file: keys/smtp-password, from: security@example.org}\n"
	        "notices:\n"
	        "  transport: dir\n"
	        "  dir: outbox\n",
	        STR_ARG(programme), STR_ARG(programme), STR_ARG(public_url), STR_ARG(desk_url));
}
