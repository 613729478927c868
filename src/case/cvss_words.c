/* Words for metrics. Where a metric modifies one of the base, its values are that one's. */
#include "case/cvss_words.h"

#include "case/cvss_metric.h"

struct words {
	const char *key, *name, *values, *words; /* values parted by spaces, words by '|' */
};

#define ATTACK       "N A L P", "Network|Adjacent|Local|Physical"
#define COMPLEXITY   "L H", "Low|High"
#define PRIVILEGES   "N L H", "None|Low|High"
#define IMPACT       "H L N", "High|Low|None"
#define X_ATTACK     "X N A L P", "Not defined|Network|Adjacent|Local|Physical"
#define X_COMPLEXITY "X L H", "Not defined|Low|High"
#define X_PRIVILEGES "X N L H", "Not defined|None|Low|High"
#define X_IMPACT     "X H L N", "Not defined|High|Low|None"
#define X_SAFETY     "X S H L N", "Not defined|Safety|High|Low|None"
#define X_NEEDED     "X H M L", "Not defined|High|Medium|Low"

static const struct words words3[M3_COUNT] = {
        [M3_AV] = {"AV", "Attack vector", ATTACK},
        [M3_AC] = {"AC", "Attack complexity", COMPLEXITY},
        [M3_PR] = {"PR", "Privileges required", PRIVILEGES},
        [M3_UI] = {"UI", "User interaction", "N R", "None|Required"},
        [M3_S] = {"S", "Scope", "U C", "Unchanged|Changed"},
        [M3_C] = {"C", "Confidentiality", IMPACT},
        [M3_I] = {"I", "Integrity", IMPACT},
        [M3_A] = {"A", "Availability", IMPACT},
        [M3_E] = {"E", "Exploit code maturity", "X H F P U",
                "Not defined|High|Functional|Proof of concept|Unproven"},
        [M3_RL] = {"RL", "Remediation level", "X U W T O",
                "Not defined|Unavailable|Workaround|Temporary fix|Official fix"},
        [M3_RC] = {"RC", "Report confidence", "X C R U",
                "Not defined|Confirmed|Reasonable|Unknown"},
        [M3_CR] = {"CR", "Confidentiality requirement", X_NEEDED},
        [M3_IR] = {"IR", "Integrity requirement", X_NEEDED},
        [M3_AR] = {"AR", "Availability requirement", X_NEEDED},
        [M3_MAV] = {"MAV", "Modified attack vector", X_ATTACK},
        [M3_MAC] = {"MAC", "Modified attack complexity", X_COMPLEXITY},
        [M3_MPR] = {"MPR", "Modified privileges required", X_PRIVILEGES},
        [M3_MUI] = {"MUI", "Modified user interaction", "X N R", "Not defined|None|Required"},
        [M3_MS] = {"MS", "Modified scope", "X U C", "Not defined|Unchanged|Changed"},
        [M3_MC] = {"MC", "Modified confidentiality", X_IMPACT},
        [M3_MI] = {"MI", "Modified integrity", X_IMPACT},
        [M3_MA] = {"MA", "Modified availability", X_IMPACT},
};

static const struct words words4[M4_COUNT] = {
        [M4_AV] = {"AV", "Attack vector", ATTACK},
        [M4_AC] = {"AC", "Attack complexity", COMPLEXITY},
        [M4_AT] = {"AT", "Attack requirements", "N P", "None|Present"},
        [M4_PR] = {"PR", "Privileges required", PRIVILEGES},
        [M4_UI] = {"UI", "User interaction", "N P A", "None|Passive|Active"},
        [M4_VC] = {"VC", "Confidentiality, vulnerable system", IMPACT},
        [M4_VI] = {"VI", "Integrity, vulnerable system", IMPACT},
        [M4_VA] = {"VA", "Availability, vulnerable system", IMPACT},
        [M4_SC] = {"SC", "Confidentiality, subsequent systems", IMPACT},
        [M4_SI] = {"SI", "Integrity, subsequent systems", IMPACT},
        [M4_SA] = {"SA", "Availability, subsequent systems", IMPACT},
        [M4_E] = {"E", "Exploit maturity", "X A P U",
                "Not defined|Attacked|Proof of concept|Unreported"},
        [M4_CR] = {"CR", "Confidentiality requirement", X_NEEDED},
        [M4_IR] = {"IR", "Integrity requirement", X_NEEDED},
        [M4_AR] = {"AR", "Availability requirement", X_NEEDED},
        [M4_MAV] = {"MAV", "Modified attack vector", X_ATTACK},
        [M4_MAC] = {"MAC", "Modified attack complexity", X_COMPLEXITY},
        [M4_MAT] = {"MAT", "Modified attack requirements", "X N P", "Not defined|None|Present"},
        [M4_MPR] = {"MPR", "Modified privileges required", X_PRIVILEGES},
        [M4_MUI] = {"MUI", "Modified user interaction", "X N P A",
                "Not defined|None|Passive|Active"},
        [M4_MVC] = {"MVC", "Modified confidentiality, vulnerable system", X_IMPACT},
        [M4_MVI] = {"MVI", "Modified integrity, vulnerable system", X_IMPACT},
        [M4_MVA] = {"MVA", "Modified availability, vulnerable system", X_IMPACT},
        [M4_MSC] = {"MSC", "Modified confidentiality, subsequent systems", X_IMPACT},
        [M4_MSI] = {"MSI", "Modified integrity, subsequent systems", X_SAFETY},
        [M4_MSA] = {"MSA", "Modified availability, subsequent systems", X_SAFETY},
        [M4_S] = {"S", "Safety", "X N P", "Not defined|Negligible|Present"},
        [M4_AU] = {"AU", "Automatable", "X N Y", "Not defined|No|Yes"},
        [M4_R] = {"R", "Recovery", "X A U I", "Not defined|Automatic|User|Irrecoverable"},
        [M4_V] = {"V", "Value density", "X D C", "Not defined|Diffuse|Concentrated"},
        [M4_RE] = {"RE", "Response effort", "X L M H", "Not defined|Low|Moderate|High"},
        [M4_U] = {"U", "Urgency of the provider", "X Clear Green Amber Red",
                "Not defined|Clear|Green|Amber|Red"},
};

size_t
cvss_metrics_n(enum cvss_version v)
{
	return v == CVSS_4_0 ? M4_COUNT : M3_COUNT;
}

static enum cvss_group
group_of(enum cvss_version v, size_t i)
{
	if (v == CVSS_4_0)
		return i < M4_E    ? CVSS_BASE
		       : i < M4_CR ? CVSS_THREAT
		       : i < M4_S  ? CVSS_ENVIRONMENTAL
		                   : CVSS_SUPPLEMENTAL;
	return i < M3_E ? CVSS_BASE : i < M3_CR ? CVSS_THREAT : CVSS_ENVIRONMENTAL;
}

struct cvss_metric
cvss_metric(enum cvss_version v, size_t i)
{
	const struct words *w = v == CVSS_4_0 ? &words4[i] : &words3[i];
	struct cvss_metric m = {.key = w->key, .name = w->name, .group = group_of(v, i)};
	struct str keys = str_of(w->values), words = str_of(w->words);

	while (m.values_n < CVSS_VALUES_MAX && str_cut(&keys, ' ', &m.keys[m.values_n]) &&
	        str_cut(&words, '|', &m.words[m.values_n]))
		m.values_n++;
	return m;
}

const char *
cvss_group_name(enum cvss_version v, enum cvss_group g)
{
	static const char *const names[CVSS_GROUP_COUNT] = {
	        [CVSS_BASE] = "Base",
	        [CVSS_THREAT] = "Threat",
	        [CVSS_ENVIRONMENTAL] = "Environment",
	        [CVSS_SUPPLEMENTAL] = "Supplemental: no part of the score",
	};

	return g == CVSS_THREAT && v != CVSS_4_0 ? "Temporal" : names[g];
}
