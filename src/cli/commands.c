/* The commands of vdpd: reading this table tells what the program can do at the terminal. */
#include "cli/commands.h"

/* Help is laid out by hand: one source line a line of it. */
/* clang-format off */
const struct command commands[] = {
        {
                .name = "init",
                .arguments = "DIR [--policy FILE] [--public-url URL] [--desk-url URL]\n"
                             "                 [--owner USER] [--json]",
                .summary = "Make an instance, and a one-time link for its first person",
                .help =
"  --policy       the programme's policy file; it is copied. Without it, ten\n"
"                 questions are asked, on stderr and stdin, and a policy of your\n"
"                 own is written from the answers\n"
"  --public-url   where people find it (http://127.0.0.1:8080)\n"
"  --desk-url     where the team finds its desk (http://127.0.0.1:8081)\n"
"  --owner        whose it is: as root, the user vdpd if left out\n"
"DIR appears whole or not at all. The link serves once, for a week.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "demo",
                .arguments = "[-C] DIR [--cases N] [--json]",
                .summary = "Fill an empty instance with half a year that is made up",
                .help =
"  --cases  how many reports; 200 if left out\n"
"For looking at pages and charts: reports of all kinds, a team, conversations and\n"
"files, over the half year before now. Only an instance without cases is filled,\n"
"while it is not served; every page then says that it is a demo (demo: true in\n"
"vdpd.yaml). Nobody in it exists, and no mail goes to them.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "serve",
                .arguments = "-C DIR [--public ADDR:PORT] [--desk ADDR:PORT] [--no-limits]",
                .summary = "Run all processes of the instance in DIR, in the foreground",
                .help =
"  --public, --desk   where to listen; the addresses in pages and mails come from\n"
"                     public_url and desk_url of vdpd.yaml\n"
"  --no-limits        no rate limits: for a benchmark, said so in the log\n",
                .executable = "vdpd-supervisor",
        },
        {
                .name = "policy",
                .arguments = "check|page FILE [--json] | keys",
                .summary = "Check a policy file, or show the policy as Markdown",
                .help =
"  check    says what is wrong with it on stderr, FILE:LINE:COLUMN a mistake:\n"
"           unknown keys, missing parts, bad durations, ids and patterns there\n"
"           twice, rules that an out-of-scope rule covers wholly\n"
"  page     prints the policy page as Markdown\n"
"  keys     prints what may stand in policy.yaml and vdpd.yaml\n"
"  --json   check: programme, version and promises; page: version and Markdown\n",
                .run = cmd_policy,
        },
        {
                .name = "scope",
                .arguments = "--policy FILE TARGET [--json]",
                .summary = "Tell whether a target is in the scope of a policy",
                .help =
"TARGET is a URL (http, https, ws, wss), a host, a path (\"/api/v1/x\": of the\n"
"hosts in scope), a component's id or name, a third party's name, or a purl.\n"
"Prints \"in RULE\" (exit status 0), \"out RULE\" or \"unknown\" (1). An out-rule\n"
"beats all others; what can be read in two ways, and a host that mixes scripts,\n"
"is unknown. Rules that end in \"/*\" hold on the folder and all below.\n"
"  --json   target, scope, rule, text, component, report_to\n",
                .run = cmd_scope,
        },
        {
                .name = "member",
                .arguments = "invite --role ROLES [--name NAME] [--email ADDRESS] -C DIR\n"
                             "       vdpd member list -C DIR [--json]\n"
                             "       vdpd member role MEMBER --role ROLES -C DIR\n"
                             "       vdpd member disable|enable|sign-out MEMBER -C DIR\n"
                             "       vdpd member reset MEMBER -C DIR [--json]",
                .summary = "Invite and manage the people of the team",
                .help =
"  ROLES    administrator, coordinator, analyst, auditor; several with commas\n"
"  MEMBER   a name, an address or a number\n"
"  invite   prints a link by which one person enrols, within a week\n"
"  disable  ends that person's sessions and revokes the tokens they made\n"
"  sign-out ends all sessions of that person\n"
"  reset    prints a link that gives a new password and code generator\n"
"Each change but an invitation stands in keyd's log, and everybody of the team is\n"
"told of it by mail. Works while the instance runs, and while it does not.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "token",
                .arguments = "create --role ROLES [--name NAME] [--expires TIME] -C DIR\n"
                             "       vdpd token list -C DIR [--json]\n"
                             "       vdpd token revoke NUMBER -C DIR",
                .summary = "Make, list and revoke tokens of the staff API",
                .help =
"  ROLES      administrator, coordinator, analyst, auditor; several with commas\n"
"  --name     what the log calls it\n"
"  --expires  RFC 3339; in a year if left out\n"
"The token is printed once and kept nowhere.\n"
"Works while the instance runs, and while it does not.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "keys",
                .arguments = "pgp create|show|extend -C DIR [--json]\n"
                             "       vdpd keys pgp roll [--compromised] -C DIR [--json]\n"
                             "       vdpd keys pgp export -C DIR",
                .summary = "Make, show and replace the programme's OpenPGP key",
                .help =
"  create    the first key (Ed25519 and Cv25519), for the address of the policy\n"
"  show      fingerprints, and when each runs out\n"
"  extend    lets it run out two years from now; that is done by itself 90 days\n"
"            before its end\n"
"  roll      a new key; the old one is published as superseded, or with\n"
"            --compromised as that, and still opens what was written to it\n"
"  export    the public halves, as at /pgp-key.asc\n"
"Keys are made by the process vdpd-pgp: while the instance does not run, an order\n"
"waits for it.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "case",
                .arguments = "list [--state STATE] [--severity SEVERITY] [--assignee MEMBER]\n"
                             "                      [--due-before TIME] [--search TEXT] -C DIR [--json]\n"
                             "       vdpd case show CASE -C DIR [--json]\n"
                             "       vdpd case ACTION CASE [TEXT] -C DIR [--json]\n"
                             "       vdpd case export CASE -o FILE -C DIR\n"
                             "       vdpd case verify-bundle FILE --key KEY [--json]",
                .summary = "List and show cases, and act on them",
                .help =
"Actions, and what they want besides:\n"
"  acknowledge, fix, reopen\n"
"  request-info, message, note   TEXT\n"
"  triage   --severity critical|high|medium|low [--cvss VECTOR] [--cwe CWE]\n"
"           [--component ID]\n"
"  assign   --to MEMBER or nobody\n"
"  close    --reason resolved|duplicate|out_of_scope|not_reproducible|\n"
"           informative|not_applicable|spam [--of CASE]\n"
"  publish  --advisory ID\n"
"  hold, lift-hold   TEXT, the reason: while on hold nothing of it is erased\n"
"  erase    of a closed case: destroys its keys for good. Where two coordinators\n"
"           are, one asks and another confirms; the terminal counts as one\n"
"export writes the case with its files into one archive, signed by the\n"
"programme's key; verify-bundle checks such a file and needs nothing but that\n"
"key: a file of it, or what /api/v1/keys of the public site answers.\n"
"TEXT, or --text TEXT, goes to the reporter, but with note and holds; - reads\n"
"it from stdin, out of sight of `ps`. The instance must be running, and logs\n"
"what is opened; while it is not, list and show give numbers, states and dates.\n",
                .executable = "vdpd-client",
        },
        {
                .name = "mail",
                .arguments = "inspect [-C DIR] < MESSAGE",
                .summary = "Show what the program makes of a mail message",
                .help =
"Takes the message on stdin apart as it would one that came, in the same sandbox,\n"
"and prints JSON: from, subject, date, text, parts (type, name, size), decrypted,\n"
"signature (good, bad, unknown-key, none), signer, and automatic (none, bounce,\n"
"auto-reply, list). What is wrong with the message stands on stderr. Exit status\n"
"0 whenever it could be taken apart, however badly it was made.\n"
"  -C   decrypt it with the OpenPGP keys of this instance, check its signature\n"
"       with the keys that came with it: good says that it is whole, not whose it\n"
"       is. Works while the instance runs or not; opens no case.\n",
                .executable = "vdpd-mail",
        },
        {
                .name = "deliver",
                .arguments = "--to RECIPIENT [--from SENDER] -C DIR < MESSAGE",
                .summary = "Hand a mail message to the running instance",
                .help =
"For the pipe of a mail system. The message becomes a case, or part of the one\n"
"that it answers; the same message for the same recipient is taken once.\n"
"  --to     the recipient, as the mail system knows it, with what stands behind +\n"
"  --from   the sender of the envelope, empty for the null sender; without it the\n"
"           message's Return-Path\n"
"Exit status by sysexits.h: 0 once it is durable; 75 while the instance is down\n"
"or cannot take it now: try again; 65 for a message that is refused (too large),\n"
"67 for a recipient that is not the instance's, 64 for wrong usage.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "audit",
                .arguments = "verify -C DIR [--json]",
                .summary = "Check that no case and no log entry was rewritten",
                .help =
"Follows the hash chain of every case and of keyd's log, and compares them with\n"
"the checkpoints that keyd signed. Says the first case and event that do not fit,\n"
"with exit status 1. Opens nothing, and works while the instance runs or not.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "doctor",
                .arguments = "-C DIR [--repair] [--offline] [--json]\n"
                             "       vdpd doctor -C DIR --storage-key-kept",
                .summary = "Say what is wrong with an instance, and what to do",
                .help =
"Looks at permissions, disk, kernel, clock, processes and their sandboxes, keys\n"
"and databases; folds every case anew and compares; checks chains and\n"
"checkpoints; fetches security.txt as the world sees it, tries the relay without\n"
"sending, and looks at the age of the last backup. Each finding says what to do.\n"
"Changes nothing, opens no report, and works while the instance runs or not.\n"
"Exit status 0 if all is well, notes or not; 1 where there is a problem.\n"
"  --repair    write the order of the queue anew (next_clock, next_due,\n"
"              next_warn) where it is not what a case's events make it\n"
"  --offline   ask nothing of the network\n"
"  --storage-key-kept   no examination: remember that a copy of keys/storage.key\n"
"              lies in a safe place (a backup with the key says so by itself)\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "backup-key",
                .arguments = "create FILE [--json]",
                .summary = "Make the key that backups are encrypted to",
                .help =
"FILE, which must not be there yet, gets both halves. Keep it and a copy of it\n"
"away from the server: it opens every backup, and without it none can be opened.\n"
"Prints the line for vdpd.yaml with the public half, which can only encrypt.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "backup",
                .arguments = "-C DIR FILE [--to KEY] [--base OLDER]\n"
                             "                   [--without-storage-key] [--json]",
                .summary = "Put all of an instance into one encrypted file",
                .help =
"  --to       public half of the backup key, or a file with it; backup_key of\n"
"             vdpd.yaml if left out\n"
"  --base     an earlier backup of this instance: files of cases that it has, by\n"
"             itself or by its own base, are not copied again. A restore needs\n"
"             all of them, under the names that they have now\n"
"  --without-storage-key   leave keys/storage.key out: then neither the file nor\n"
"             the backup key opens a report, and a restore needs storage.key from\n"
"             a backup of its own. It says each time which it is\n"
"Works while the instance runs and while it does not, also before the first start\n"
"of a newer version: both databases are as they were at one instant. In it are\n"
"vdpd.yaml, programmes/, keys/, both databases and the files of cases; not\n"
"outbox/. FILE appears whole or not at all, and is never overwritten. Copies of\n"
"the databases may be made in run/ meanwhile. A file of a case that is missing or\n"
"damaged is named on stderr and does not stop the backup.\n"
"Rehearse a base before others are built on it.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "restore",
                .arguments = "FILE DIR --key KEYFILE [--bases FOLDER] [--owner USER]\n"
                             "                    [--json]\n"
                             "       vdpd restore --rehearse FILE --key KEYFILE [--bases FOLDER]\n"
                             "                    [--json]",
                .summary = "Make an instance from a backup, or prove that it can be done",
                .help =
"  --key       what `vdpd backup-key create` made\n"
"  --bases     where the backups are that FILE builds on; beside it if left out\n"
"  --owner     whose it will be: as root, the user vdpd if left out\n"
"  --rehearse  read everything and change nothing; databases are unpacked to\n"
"              $TMPDIR (/var/tmp) meanwhile\n"
"Proves that every byte is what was backed up, and that every file of a case has\n"
"the hash in its row; --rehearse also checks the pages of both databases, and\n"
"every chain and checkpoint as `vdpd audit verify` does. DIR must not be there\n"
"yet, or be empty, and appears whole or not at all. Backups of earlier versions\n"
"are brought up to this one. All sessions and open invitations end; passwords,\n"
"code generators and tokens stay. Case numbers are left out, as some were given\n"
"after the backup was made: never run the old instance beside the restored one.\n"
"Exit status 1 also if files were missing or damaged when the backup was made.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "rekey",
                .arguments = "-C DIR [--json]",
                .summary = "Change the storage key, and seal every case to the new one",
                .help =
"The keys of all cases and the sealed addresses of reporters come under a new\n"
"keys/storage.key, and the old one is gone: a copy of it opens nothing that is in\n"
"the instance or in later backups. Keep that copy for earlier backups made\n"
"without the storage key. Who had the old key and the database before could open\n"
"the cases of then, and still can. Works while the instance runs, which takes\n"
"reports meanwhile, or not. If it is cut off, run it again: until then both keys\n"
"open, and no backup can be made. The log has its begin and its end.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "clocks",
                .arguments = "--policy FILE --now TIME [--json] < EVENTS.jsonl",
                .summary = "Show which promises of a policy are kept, running or missed",
                .help =
"Reads the events of one case on stdin, a JSON object a line, in order of time:\n"
"  {\"at\":\"2026-01-05T09:00:00Z\",\"event\":\"received\"}\n"
"Events, and what else they hold:\n"
"  received (\"kind\": report or question), acknowledged,\n"
"  message (\"to\": reporter or team), info_requested, info_provided,\n"
"  triaged (\"severity\": critical, high, medium or low), fixed,\n"
"  closed (\"reason\": resolved, duplicate, out_of_scope, not_reproducible,\n"
"    informative, not_applicable, spam or withdrawn), reopened, exploited,\n"
"  regulator_sent (\"what\": warning, notification or final),\n"
"  disclosure_asked, published\n"
"Prints a JSON array of clocks as they stand at TIME (RFC 3339); later events do\n"
"not count. An input that cannot be a case gets its line said and exit status 1.\n",
                .run = cmd_clocks,
        },
        {
                .name = "cvss",
                .arguments = "VECTOR | --batch [--json]",
                .summary = "Score a CVSS vector: \"9.3 Critical\"",
                .help =
"Reads v3.0, v3.1 and v4.0, the metrics in any order. The score counts the\n"
"temporal, threat and environmental metrics that are given.\n"
"  --batch   a vector a line on stdin, an answer a line on stdout, in order;\n"
"            \"invalid: METRIC: why\" for a bad one, and then exit status 1\n"
"  --json    an object a vector: the vector in canonical order, its version,\n"
"            score and severity; for v3 the base, temporal and environmental\n"
"            scores, for v4 the nomenclature and the macro vector\n",
                .run = cmd_cvss,
        },
        {
                .name = "ssvc",
                .arguments = "TABLE KEY=VALUE... [--json]\n"
                             "       vdpd ssvc list [--json]",
                .summary = "Decide what to do by an SSVC table: \"Attend\"",
                .help =
"Tables of CERT/CC and CISA, each with its points:\n"
"  cisa-coordinator      E A TI MWI\n"
"  bod-26-04             PE KEV A TI\n"
"  supplier              E U TI PSI\n"
"  deployer              E EXP A HI\n"
"  coordinator-triage    RP SCON RC SC SE U PSI\n"
"  coordinator-publish   SINV E PVA\n"
"  human-impact          SI MI, for HI\n"
"  public-safety-impact  SI, for PSI\n"
"Every point is needed, in any order. Points and values are taken by key or name,\n"
"in any letter case: E=A or exploitation=active. `list` shows all of them. A\n"
"table is also known by SSVC's own key (DT_CO) and file (cisa_coordinator_2_0_3).\n"
"  --json   the table, the values and the outcome with its key\n",
                .run = cmd_ssvc,
        },
        {
                .name = "cwe",
                .arguments = "NUMBER | WORDS [--json]",
                .summary = "Find a weakness of the CWE by number or by word",
                .help =
"Shows up to 40 whose names have each of the words, or the beginnings of words,\n"
"the best first. Exit status 1 if there is none.\n",
                .run = cmd_cwe,
        },
        {
                .name = "receipt",
                .arguments = "verify --key FILE RECEIPT [--content FILE] [--json]",
                .summary = "Check the signed receipt of a report",
                .help =
"  --key      the programme's public key, as /trust and /api/v1/keys publish it:\n"
"             hex, base64, PEM, or the JSON as it is\n"
"  RECEIPT    the signed receipt's JSON, or the whole answer; - for stdin\n"
"  --content  check also that FILE is what was sent, byte for byte\n"
"Exit status 1, and why on stderr, if anything does not fit.\n",
                .run = cmd_receipt,
        },
        {
                .name = "advisory",
                .arguments = "list -C DIR [--json]\n"
                             "       vdpd advisory export ID --format FORMAT -C DIR\n"
                             "       vdpd advisory convert FILE --to FORMAT [--from FORMAT]\n"
                             "                 [--public-url URL] [--publisher NAME]\n"
                             "                 [--contact ADDRESS] [--cna UUID] [--cna-name NAME]",
                .summary = "Show published advisories, and turn them into other formats",
                .help =
"  list          those that the instance in DIR has published, the last changed\n"
"                first\n"
"  export        one of them\n"
"  convert       a document, without an instance; nothing is stored\n"
"  --format, --to   csaf (2.0), osv, cve (5.1), markdown or json\n"
"  --from        csaf, osv, cve, ghsa (as the GitHub Advisory Database keeps\n"
"                them) or json, the advisory's own record: the default\n"
"  --public-url  where the programme's advisories stand\n"
"  --publisher   the name of who publishes; --contact its address\n"
"  --cna         the id that the CVE programme gave the CNA; --cna-name its name\n"
"FILE \"-\" is stdin.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "import",
                .arguments = "FORMAT FILE [-C DIR]",
                .summary = "Read an advisory of another format, and publish it",
                .help =
"FORMAT is csaf, osv, cve, ghsa or json. With -C the advisory is published by the\n"
"instance in DIR at once, or as a new revision of the one of that id, running or\n"
"not. Without, its record is printed as JSON, which `vdpd advisory convert`\n"
"reads. What is wrong with a document is told with the place.\n",
                .executable = "vdpd-admin",
        },
        {
                .name = "security-txt",
                .arguments = "print -C DIR | check FILE",
                .summary = "Write an instance's security.txt, or check one (RFC 9116)",
                .help =
"  print   as /.well-known/security.txt of the instance shows it today\n"
"  check   says what is wrong with FILE (- for stdin), line by line, on stderr;\n"
"          exit status 1 for what the standard demands, 0 for what it advises\n",
                .executable = "vdpd-admin",
        },
};
/* clang-format on */
const size_t commands_n = sizeof commands / sizeof commands[0];
