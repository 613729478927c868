/* The commands of vdpd: reading this table tells what the program can do at the terminal. */
#include "cli/cli.h"

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
};
const size_t commands_n = sizeof commands / sizeof commands[0];
