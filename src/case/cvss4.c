/* The score of CVSS v4.0 (section 8 of the specification): the score of the vector's macro vector,
 * less the mean of how far, in proportion, the vector lies below the highest one in each EQ. In
 * whole numbers throughout, so that rounding half up is exact. */
#include "case/cvss_metric.h"

/* The pairs of EQ3 and EQ6 that exist. */
enum { EQ36_00, EQ36_01, EQ36_10, EQ36_11, EQ36_21, EQ36_COUNT };

static const unsigned char scores[3][2][EQ36_COUNT][3][3] = {
#include "../../data/cvss4-scores.inc"
};

enum { EQS = 5, NO_SCORE = -1 };

/* The sets of metrics that the five independent EQs (3 and 6 as one) look at, and the values of
 * each from the most severe down: the place in the string is its level. */
enum { GROUP_MAX = 6 };
struct group {
	int n;
	struct {
		int metric, modified; /* modified: -1 if there is none */
		const char *levels;
		char unknown; /* what X means */
	} m[GROUP_MAX];
};

static const struct group groups[EQS] = {
        {3, {{M4_AV, M4_MAV, "NALP", 0}, {M4_PR, M4_MPR, "NLH", 0}, {M4_UI, M4_MUI, "NPA", 0}}},
        {2, {{M4_AC, M4_MAC, "LH", 0}, {M4_AT, M4_MAT, "NP", 0}}},
        {6, {{M4_VC, M4_MVC, "HLN", 0}, {M4_VI, M4_MVI, "HLN", 0}, {M4_VA, M4_MVA, "HLN", 0},
                    {M4_CR, -1, "HML", 'H'}, {M4_IR, -1, "HML", 'H'}, {M4_AR, -1, "HML", 'H'}}},
        {3, {{M4_SC, M4_MSC, "SHLN", 0}, {M4_SI, M4_MSI, "SHLN", 0}, {M4_SA, M4_MSA, "SHLN", 0}}},
        {1, {{M4_E, -1, "APU", 'A'}}},
};

/* For each level of each EQ: the most severe vectors in it, a letter a metric of its group, and
 * how many steps it is deep (table 24 and section 8.3 of the specification). */
struct level {
	int depth;
	const char *highest[6];
};

static const struct level levels[EQS][EQ36_COUNT] = {
        {{1, {"NNN"}}, {4, {"ANN", "NLN", "NNP"}}, {5, {"PNN", "ALP"}}},
        {{1, {"LN"}}, {2, {"HN", "LP"}}},
        {
                [EQ36_00] = {7, {"HHHHHH"}},
                [EQ36_01] = {6, {"HHLMMH", "HHHMMM"}},
                [EQ36_10] = {8, {"LHHHHH", "HLHHHH"}},
                [EQ36_11] = {8, {"LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"}},
                [EQ36_21] = {10, {"LLLHHH"}},
        },
        {{6, {"HSS"}}, {5, {"HHH"}}, {4, {"LLL"}}},
        {{1, {"A"}}, {1, {"P"}}, {1, {"U"}}},
};

static char
effective(const struct cvss *v, int group, int i)
{
	int modified = groups[group].m[i].modified;
	char c = modified >= 0 ? cvss_letter(v, modified) : 'X';

	if (c == 'X')
		c = cvss_letter(v, groups[group].m[i].metric);
	return c == 'X' ? groups[group].m[i].unknown : c;
}

/* The letters of one group's metrics. */
struct letters {
	char c[GROUP_MAX];
};

static struct letters
letters_of(const struct cvss *v, int group)
{
	struct letters l = {0};

	for (int i = 0; i < groups[group].n; i++)
		l.c[i] = effective(v, group, i);
	return l;
}

static int
eq1(struct letters l)
{
	bool av = l.c[0] == 'N', pr = l.c[1] == 'N', ui = l.c[2] == 'N';

	if (av && pr && ui)
		return 0;
	return l.c[0] != 'P' && (av || pr || ui) ? 1 : 2;
}

static int
eq36(struct letters l)
{
	bool vc = l.c[0] == 'H', vi = l.c[1] == 'H', va = l.c[2] == 'H';
	bool needed = (vc && l.c[3] == 'H') || (vi && l.c[4] == 'H') || (va && l.c[5] == 'H');

	if (vc && vi)
		return needed ? EQ36_00 : EQ36_01;
	if (vc || vi || va)
		return needed ? EQ36_10 : EQ36_11;
	return EQ36_21;
}

static int
eq4(struct letters l)
{
	if (l.c[1] == 'S' || l.c[2] == 'S')
		return 0;
	return l.c[0] == 'H' || l.c[1] == 'H' || l.c[2] == 'H' ? 1 : 2;
}

static int
eq5(struct letters l)
{
	return l.c[0] == 'A' ? 0 : l.c[0] == 'P' ? 1 : 2;
}

static int
lookup(const int eq[EQS])
{
	return scores[eq[0]][eq[1]][eq[2]][eq[3]][eq[4]];
}

/* The score of the macro vector one level below in EQ number I; NO_SCORE if there is none. Below
 * the pair 00 lie two, of which the higher counts. */
static int
lower(const int eq[EQS], int i)
{
	static const int last[EQS] = {2, 1, EQ36_21, 2, 2};
	int next[EQS], score;

	if (eq[i] == last[i])
		return NO_SCORE;
	memcpy(next, eq, sizeof next);
	if (i != 2) {
		next[i]++;
		return lookup(next);
	}
	switch (eq[i]) {
	case EQ36_00:
		next[i] = EQ36_01;
		score = lookup(next);
		next[i] = EQ36_10;
		return lookup(next) > score ? lookup(next) : score;
	case EQ36_01:
	case EQ36_10:
		next[i] = EQ36_11;
		break;
	default:
		next[i] = EQ36_21;
		break;
	}
	return lookup(next);
}

static int
level_of(int group, int i, char letter)
{
	return (int)(strchr(groups[group].m[i].levels, letter) - groups[group].m[i].levels);
}

/* Steps from HIGHEST down to L; negative where HIGHEST is not above L in every metric. */
static int
steps_below(int group, const char *highest, struct letters l)
{
	int sum = 0;

	for (int i = 0; i < groups[group].n; i++) {
		int steps = level_of(group, i, l.c[i]) - level_of(group, i, highest[i]);

		if (steps < 0)
			return -1;
		sum += steps;
	}
	return sum;
}

static int
distance(int group, const struct level *level, struct letters l)
{
	for (int i = 0; i < 6 && level->highest[i] != NULL; i++) {
		int steps = steps_below(group, level->highest[i], l);

		if (steps >= 0)
			return steps;
	}
	return 0;
}

static bool
no_impact(struct letters vulnerable, struct letters subsequent)
{
	for (int i = 0; i < 3; i++)
		if (vulnerable.c[i] != 'N' || subsequent.c[i] != 'N')
			return false;
	return true;
}

static void
describe(const struct cvss *v, const int eq[EQS], struct cvss_scores *out)
{
	static const char eq3[] = "00112", eq6[] = "01011";
	static const char *const names[2][2] = {{"CVSS-B", "CVSS-BE"}, {"CVSS-BT", "CVSS-BTE"}};

	out->macro_vector[0] = (char)('0' + eq[0]);
	out->macro_vector[1] = (char)('0' + eq[1]);
	out->macro_vector[2] = eq3[eq[2]];
	out->macro_vector[3] = (char)('0' + eq[3]);
	out->macro_vector[4] = (char)('0' + eq[4]);
	out->macro_vector[5] = eq6[eq[2]];
	out->nomenclature = names[cvss_defined(v, M4_E, M4_E)][cvss_defined(v, M4_CR, M4_MSA)];
}

void
cvss4_score(const struct cvss *v, struct cvss_scores *out)
{
	enum { UNIT = 840 }; /* a multiple of every depth */
	struct letters l[EQS];
	int eq[EQS], score, n = 0, sum = 0;

	for (int i = 0; i < EQS; i++)
		l[i] = letters_of(v, i);
	eq[0] = eq1(l[0]);
	eq[1] = l[1].c[0] == 'L' && l[1].c[1] == 'N' ? 0 : 1;
	eq[2] = eq36(l[2]);
	eq[3] = eq4(l[3]);
	eq[4] = eq5(l[4]);
	describe(v, eq, out);
	if (no_impact(l[2], l[3]))
		return;

	score = lookup(eq);
	for (int i = 0; i < EQS; i++) {
		const struct level *level = &levels[i][eq[i]];
		int below = lower(eq, i);

		if (below == NO_SCORE)
			continue;
		sum += (score - below) * distance(i, level, l[i]) * (UNIT / level->depth);
		n++;
	}
	/* score - sum / (n * UNIT), rounded half up. */
	out->score = n == 0 ? score : (2 * (score * n * UNIT - sum) + n * UNIT) / (2 * n * UNIT);
}
