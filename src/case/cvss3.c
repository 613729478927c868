/* The scores of CVSS v3.0 and v3.1 (section 7 of both specifications, and Appendix A of v3.1 for
 * Roundup). */
#include "case/cvss_metric.h"

#include <math.h>

/* The weight that a letter has; the letter X weighs as the first one listed says. */
struct weight {
	char letter;
	long double w;
};

static const struct weight w_av[] = {{'N', 0.85L}, {'A', 0.62L}, {'L', 0.55L}, {'P', 0.2L}, {0}};
static const struct weight w_ac[] = {{'L', 0.77L}, {'H', 0.44L}, {0}};
static const struct weight w_pr[] = {{'N', 0.85L}, {'L', 0.62L}, {'H', 0.27L}, {0}};
static const struct weight w_pr_changed[] = {{'N', 0.85L}, {'L', 0.68L}, {'H', 0.5L}, {0}};
static const struct weight w_ui[] = {{'N', 0.85L}, {'R', 0.62L}, {0}};
static const struct weight w_impact[] = {{'H', 0.56L}, {'L', 0.22L}, {'N', 0}, {0}};
static const struct weight w_e[] = {
        {'X', 1}, {'H', 1}, {'F', 0.97L}, {'P', 0.94L}, {'U', 0.91L}, {0}};
static const struct weight w_rl[] = {
        {'X', 1}, {'U', 1}, {'W', 0.97L}, {'T', 0.96L}, {'O', 0.95L}, {0}};
static const struct weight w_rc[] = {{'X', 1}, {'C', 1}, {'R', 0.96L}, {'U', 0.92L}, {0}};
static const struct weight w_need[] = {{'X', 1}, {'H', 1.5L}, {'M', 1}, {'L', 0.5L}, {0}};

static long double
weigh(const struct weight *table, char letter)
{
	for (; table->letter != 0; table++)
		if (table->letter == letter)
			return table->w;
	return 1;
}

/* Tenths. v3.1 rounds to five places first; v3.0 says only "up", and 1e-9 is far above the noise
 * of long double and far below the 1e-7 by which exact products can differ. */
static int
roundup(enum cvss_version version, long double x)
{
	long long i;

	if (version == CVSS_3_0)
		return (int)ceill(x * 10 - 1e-9L);
	i = llroundl(x * 100000);
	return (int)(i % 10000 == 0 ? i / 10000 : i / 10000 + 1);
}

/* The letter of modified metric M, or of BASE where that is not defined. */
static char
effective(const struct cvss *v, int m, int base)
{
	char c = cvss_letter(v, m);

	return c != 'X' ? c : cvss_letter(v, base);
}

static long double
exploitability(char av, char ac, char pr, char ui, bool changed)
{
	return 8.22L * weigh(w_av, av) * weigh(w_ac, ac) *
	       weigh(changed ? w_pr_changed : w_pr, pr) * weigh(w_ui, ui);
}

/* Impact and exploitability together, in tenths. */
static int
combine(enum cvss_version version, long double impact, long double exploit, bool changed)
{
	long double sum = (impact + exploit) * (changed ? 1.08L : 1);

	return impact <= 0 ? 0 : roundup(version, sum < 10 ? sum : 10);
}

static int
base_score(const struct cvss *v)
{
	bool changed = cvss_letter(v, M3_S) == 'C';
	long double isc = 1 - (1 - weigh(w_impact, cvss_letter(v, M3_C))) *
	                              (1 - weigh(w_impact, cvss_letter(v, M3_I))) *
	                              (1 - weigh(w_impact, cvss_letter(v, M3_A)));
	long double impact =
	        changed ? 7.52L * (isc - 0.029L) - 3.25L * powl(isc - 0.02L, 15) : 6.42L * isc;

	return combine(v->version, impact,
	        exploitability(cvss_letter(v, M3_AV), cvss_letter(v, M3_AC), cvss_letter(v, M3_PR),
	                cvss_letter(v, M3_UI), changed),
	        changed);
}

static long double
needed(const struct cvss *v, int m, int base, int need)
{
	return weigh(w_impact, effective(v, m, base)) * weigh(w_need, cvss_letter(v, need));
}

/* The environmental score before the temporal metrics, in tenths. */
static int
modified_score(const struct cvss *v)
{
	bool changed = effective(v, M3_MS, M3_S) == 'C';
	long double isc = 1 - (1 - needed(v, M3_MC, M3_C, M3_CR)) *
	                              (1 - needed(v, M3_MI, M3_I, M3_IR)) *
	                              (1 - needed(v, M3_MA, M3_A, M3_AR));
	long double impact;

	if (isc > 0.915L)
		isc = 0.915L;
	if (!changed)
		impact = 6.42L * isc;
	else if (v->version == CVSS_3_0)
		impact = 7.52L * (isc - 0.029L) - 3.25L * powl(isc - 0.02L, 15);
	else
		impact = 7.52L * (isc - 0.029L) - 3.25L * powl(isc * 0.9731L - 0.02L, 13);
	return combine(v->version, impact,
	        exploitability(effective(v, M3_MAV, M3_AV), effective(v, M3_MAC, M3_AC),
	                effective(v, M3_MPR, M3_PR), effective(v, M3_MUI, M3_UI), changed),
	        changed);
}

void
cvss3_score(const struct cvss *v, struct cvss_scores *out)
{
	long double temporal = weigh(w_e, cvss_letter(v, M3_E)) *
	                       weigh(w_rl, cvss_letter(v, M3_RL)) *
	                       weigh(w_rc, cvss_letter(v, M3_RC));

	out->base = base_score(v);
	out->temporal = roundup(v->version, out->base / 10.0L * temporal);
	out->environmental = roundup(v->version, modified_score(v) / 10.0L * temporal);
	/* v3.1 computes a changed scope differently in the environmental formula, which therefore
	 * moves the score even where no environmental metric was given. */
	out->score = cvss_defined(v, M3_CR, M3_MA) ? out->environmental : out->temporal;
}
