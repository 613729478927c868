/* What is told to whom. A notice names a template; what it says is written when it is sent, from
 * these texts and the policy, and holds a case number, a promise, a link: never a word of a report,
 * never a receipt code. */
#ifndef VDPD_ACT_NOTICES_H
#define VDPD_ACT_NOTICES_H

#include "base/str.h"

enum notice_template {
	/* to the team */
	NOTICE_NEW_REPORT,
	NOTICE_REPORTER_WROTE,
	NOTICE_MAIL_HELD, /* a mail about a case that is not the reporter's word */
	NOTICE_ASSIGNED,
	NOTICE_WITHDRAWN,
	NOTICE_WARNING, /* the policy's percent of a promise is gone */
	NOTICE_MISSED,
	NOTICE_UPDATE_DUE,  /* the reporter is to hear of us again */
	NOTICE_ERASE_SOON,  /* closed cases whose time is over by the policy */
	NOTICE_ERASE_ASKED, /* a colleague wants a case erased */
	NOTICE_STANDS_IN,   /* somebody is away, and this person is the deputy */
	/* to everybody, the one concerned too: who may sign in, and how */
	NOTICE_ENROLLED,
	NOTICE_ROLES,
	NOTICE_DISABLED,
	NOTICE_RENEWAL, /* a link for a new password and code generator was made */
	NOTICE_RENEWED, /* and used */
	NOTICE_PASSWORD,
	NOTICE_PASSKEY,
	NOTICE_PASSKEY_REMOVED,
	NOTICE_RECOVERY_USED,
	NOTICE_RECOVERY_RENEWED,
	NOTICE_SIGNED_OUT,
	NOTICE_TOKEN,
	/* to the reporter */
	NOTICE_ANSWER,
	NOTICE_ANSWER_MAIL, /* the answer itself, to who came by mail */
	NOTICE_ANSWER_LINK, /* that there is one, likewise */
	NOTICE_CASE_LINK,   /* a link was asked for */
	NOTICE_RECEIVED,    /* the automatic receipt of a mail */
	NOTICE_COUNT
};

/* "new_report" …, as stored; static. */
const char *notice_name(enum notice_template t);
enum err notice_parse(struct str s, enum notice_template *out) MUST_CHECK;

/* A message to be sent. */
struct notice_mail {
	struct str subject; /* one line */
	struct str text;    /* lines of at most 78 characters (links may be longer), ended by LF */
};

/* What the texts may mention. A line that mentions an empty one is left out. */
struct notice_facts {
	struct str programme_name; /* "exact.works" */
	struct str case_number;
	struct str promise;   /* "First answer"; "" where none runs */
	struct str due;       /* "2026-01-07 09:00 UTC" likewise */
	struct str percent;   /* of a promise gone by when the team is warned: "75" */
	struct str desk_url;  /* of the case, for the team */
	struct str track_url; /* where a reporter enters the receipt code */
	struct str promises;  /* lines: "  First answer: by 2026-01-07 09:00 UTC" */
	struct str words;     /* of the team, several lines */
	struct str link_url;  /* where a reporter who came by mail gets to the case */
	struct str contact;   /* the programme's address */
	struct str absent;    /* "ana": the recipient stands in for her; "" otherwise */
	/* Of what everybody is told: */
	struct str person;      /* whom it is about */
	struct str by;          /* who did it; "" for that same person */
	struct str roles;       /* "coordinator, analyst" */
	struct str when;        /* "2026-01-07 09:00 UTC" */
	struct str until;       /* of an absence */
	struct str erase_count; /* "3 cases": announced to be erased by the policy */
	bool yours;             /* the recipient is that person */
};

/* The notice in A. */
struct notice_mail notice_write(
        struct arena *a, enum notice_template t, const struct notice_facts *f);

#endif
