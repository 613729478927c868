/* The file of the instance, vdpd.yaml: addresses, switches, transports. What the programme says and
 * promises stands in its policy instead. */
#ifndef VDPD_POLICY_CONFIG_H
#define VDPD_POLICY_CONFIG_H

#include "policy/diags.h"
#include "policy/net.h"

enum { CONFIG_FILE_MAX = 1 << 20, CONFIG_ARENA_BYTES = 32 << 20 };

enum { CONFIG_THREADS_MAX = 16 };

enum notice_transport {
	NOTICE_DIR, /* one .eml file a message */
	NOTICE_SMTP /* a relay */
};
enum smtp_tls {
	SMTP_TLS_STARTTLS, /* asked for, and required */
	SMTP_TLS_IMPLICIT, /* from the first byte ("tls") */
	SMTP_TLS_NONE      /* only to a relay on this machine */
};

struct config {
	struct origin public_url, desk_url;
	struct listen_address public_listen, desk_listen; /* 127.0.0.1:8080, 127.0.0.1:8081 */
	const struct cidr *trusted_proxies;               /* whose Forwarded headers are believed */
	size_t trusted_proxies_n;
	int64_t public_threads; /* of HTTP; 1 to CONFIG_THREADS_MAX, 2 */
	bool sandbox;           /* on, unless switched off in words */
	bool demo;              /* filled by `vdpd demo`: every page says so */
	int log_format;         /* enum log_format of base/log.h */
	struct str programme;   /* a folder of programmes/ */
	struct str backup_key;  /* 64 hex digits: what backups are encrypted to; "" = none */
	struct {
		int transport;   /* enum notice_transport */
		struct str dir;  /* of the .eml files; relative to the instance: "outbox" */
		struct str from; /* sender; "" = the policy's contact address */
		struct {
			struct str host;          /* "" unless the transport is smtp */
			int64_t port;             /* 587 */
			int tls;                  /* enum smtp_tls */
			struct str user;          /* "" = none */
			struct str password_file; /* relative to the instance; "" = none */
		} smtp;
	} notices;
	struct {
		struct str lmtp; /* "127.0.0.1:2424", "unix:/run/vdpd/lmtp"; "" = none */
		const struct str *recipients; /* none: the policy's contact address */
		size_t recipients_n;
		bool plus;                 /* mail to user+tag@host arrives as well */
		int64_t messages_per_hour; /* of one sender; 600 */
	} mail;
	/* As a CVE Numbering Authority. */
	struct {
		struct str org_id; /* the CVE programme's UUID for it; "": it is none */
		struct str short_name;
	} cve;
	/* Of one network (IPv4 /24, IPv6 /64). */
	struct {
		int64_t requests_per_minute; /* 600 */
		int64_t reports_per_hour;    /* 30 */
		int64_t sign_ins_per_hour;   /* 30 */
	} limits;
	/* Different cases an hour and person or token that keyd opens: alert, then refuse. */
	struct {
		int64_t cases_alert, cases_refuse;   /* 100, 300 */
		int64_t titles_alert, titles_refuse; /* 5,000, 20,000 */
	} budgets;
};

/* Reads the configuration in TEXT, called FILENAME in errors, into A. ERR_INVALID with every
 * mistake added to DS; ERR_TOO_LARGE over CONFIG_FILE_MAX. */
enum err config_parse(struct arena *a, const char *filename, struct str text, struct diags *ds,
        const struct config **out) MUST_CHECK;

/* The text of a new vdpd.yaml, with comments. The values are put in as they are: read the text with
 * config_parse before it is kept. */
struct str config_text(
        struct arena *a, struct str programme, struct str public_url, struct str desk_url);

#endif
