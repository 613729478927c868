/* The commands of vdpd: reading this table tells what the program can do at the terminal. */
#include "cli/commands.h"

const struct command commands[] = {
        {
                .name = "serve",
                .arguments = "-C DIR [--public ADDR:PORT] [--desk ADDR:PORT] [--no-limits]",
                .summary = "Run all processes of the instance in DIR, in the foreground",
                .help = "  --public, --desk   where to listen; the addresses in pages and mails "
                        "come\n"
                        "                     from public_url and desk_url of vdpd.yaml\n"
                        "  --no-limits        no rate limits: for a benchmark, said so in the "
                        "log\n",
                .executable = "vdpd-supervisor",
        },
        {
                .name = "cvss",
                .arguments = "VECTOR | --batch [--json]",
                .summary = "Score a CVSS vector: \"9.3 Critical\"",
                .help = "Reads v3.0, v3.1 and v4.0, the metrics in any order. The score counts "
                        "the\n"
                        "temporal, threat and environmental metrics that are given.\n"
                        "  --batch   a vector a line on stdin, an answer a line on stdout, in "
                        "order;\n"
                        "            \"invalid: METRIC: why\" for a bad one, and then exit status "
                        "1\n"
                        "  --json    an object a vector: the vector in canonical order, its "
                        "version,\n"
                        "            score and severity; for v3 the base, temporal and "
                        "environmental\n"
                        "            scores, for v4 the nomenclature and the macro vector\n",
                .run = cmd_cvss,
        },
};
const size_t commands_n = sizeof commands / sizeof commands[0];
