/* Mail over several LMTP sessions at once, each of a sender of its own.
 *   lmtp_client PORT SESSIONS SECONDS RECIPIENT SENDER < MESSAGE
 * Every message is MESSAGE (lines ended by LF, with the header fields that it has) behind a
 * Message-ID and a Subject of its own. SENDER: "" for one a session, else the address of all.
 * Prints messages taken, messages put off (4xx), messages a second, and the median and maximum time
 * of one in ms; any 5xx ends it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SESSIONS_MAX = 64, MESSAGE_MAX = 1 << 20, SAMPLES_MAX = 1 << 16, LINE_MAX_BYTES = 4096 };

static int port;
static double seconds;
static const char *recipient, *sender;
static char *message; /* CRLF, dots doubled */
static size_t message_n;

struct session {
	int number;
	size_t taken, later, samples_n;
	double samples[SAMPLES_MAX / 8];
	FILE *in;
	int fd;
};

static double
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
die(const char *what)
{
	fprintf(stderr, "lmtp_client: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static void
say(struct session *s, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(s->fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			die("send");
		p += sent;
		n -= (size_t)sent;
	}
}

/* The code of a reply. */
static int
hear(struct session *s)
{
	char line[LINE_MAX_BYTES];

	do {
		if (fgets(line, sizeof line, s->in) == NULL)
			die("the other side went away");
	} while (line[3] == '-');
	if (line[0] == '5') {
		fputs(line, stderr);
		die("refused");
	}
	return line[0] - '0';
}

static void
one(struct session *s, size_t k)
{
	double from = now_s();
	char head[1024];
	int n;

	if (sender[0] != '\0')
		n = snprintf(head, sizeof head, "MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n",
		        sender, recipient);
	else
		n = snprintf(head, sizeof head,
		        "MAIL FROM:<s%d@bench.example>\r\nRCPT TO:<%s>\r\nDATA\r\n", s->number,
		        recipient);
	say(s, head, (size_t)n);
	if (hear(s) != 2) { /* RCPT and DATA come too early then: two more refusals */
		char line[LINE_MAX_BYTES];

		if (fgets(line, sizeof line, s->in) == NULL ||
		        fgets(line, sizeof line, s->in) == NULL)
			die("the other side went away");
		s->later++;
		usleep(20000);
		return;
	}
	if (hear(s) != 2 || hear(s) != 3)
		die("not taken");
	n = snprintf(head, sizeof head,
	        "Message-ID: <%d.%zu.%d@bench.example>\r\nSubject: Message %zu of session %d\r\n",
	        s->number, k, (int)getpid(), k, s->number);
	say(s, head, (size_t)n);
	say(s, message, message_n);
	if (hear(s) != 2) {
		s->later++;
		return;
	}
	s->taken++;
	if (s->samples_n < sizeof s->samples / sizeof s->samples[0])
		s->samples[s->samples_n++] = (now_s() - from) * 1000;
}

static void *
run(void *arg)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct session *s = arg;
	double until = now_s() + seconds;
	int one_more = 1;

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one_more, sizeof one_more);
	if (connect(s->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	        (s->in = fdopen(s->fd, "r")) == NULL)
		die("connect");
	if (hear(s) != 2)
		die("no session");
	say(s, "LHLO bench.example\r\n", 20);
	if (hear(s) != 2)
		die("LHLO");
	for (size_t k = 0; now_s() < until; k++)
		one(s, k);
	fclose(s->in);
	return NULL;
}

static void
read_message(void)
{
	bool begins = true;
	int c;

	message = malloc(2 * MESSAGE_MAX);
	if (message == NULL)
		die("memory");
	while ((c = getchar()) != EOF && message_n < 2 * MESSAGE_MAX - 16) {
		if (begins && c == '.')
			message[message_n++] = '.';
		if (c == '\n')
			message[message_n++] = '\r';
		message[message_n++] = (char)c;
		begins = c == '\n';
	}
	memcpy(message + message_n, begins ? ".\r\n" : "\r\n.\r\n", begins ? 3 : 5);
	message_n += begins ? 3 : 5;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static struct session sessions[SESSIONS_MAX];
	static double all[SAMPLES_MAX];
	pthread_t threads[SESSIONS_MAX];
	size_t taken = 0, later = 0, n = 0;
	int count;
	double from;

	if (argc != 6)
		die("usage");
	port = atoi(argv[1]);
	count = atoi(argv[2]);
	seconds = atof(argv[3]);
	recipient = argv[4];
	sender = argv[5];
	if (count < 1 || count > SESSIONS_MAX)
		die("sessions");
	read_message();
	from = now_s();
	for (int i = 0; i < count; i++) {
		sessions[i].number = i;
		if (pthread_create(&threads[i], NULL, run, &sessions[i]) != 0)
			die("thread");
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		taken += sessions[i].taken;
		later += sessions[i].later;
		for (size_t k = 0; k < sessions[i].samples_n && n < SAMPLES_MAX; k++)
			all[n++] = sessions[i].samples[k];
	}
	qsort(all, n, sizeof all[0], by_size);
	printf("%zu %zu %.1f %.2f %.2f\n", taken, later, (double)taken / (now_s() - from),
	        n > 0 ? all[n / 2] : 0, n > 0 ? all[n - 1] : 0);
	return 0;
}
