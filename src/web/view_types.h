/* Text that views may print, by what is known about it. */
#ifndef VDPD_WEB_VIEW_TYPES_H
#define VDPD_WEB_VIEW_TYPES_H

#include "base/buf.h"

/* HTML that is printed as it is. Only the Markdown renderer makes one (cmark-gfm in safe mode);
 * tools/lint looks for other places that fill `from_renderer`. */
struct safe_html {
	struct str from_renderer;
};

/* Path data of SVG (SVG 2, section 9.3) that holds only M, h, v, z, digits, '-' and spaces. Only
 * qr_path (web/view_helpers.h) makes one. */
struct svg_path {
	struct str from_modules;
};

/* A short text that a helper made, by value: NUL-terminated, to be escaped like any other. */
struct text {
	char z[144];
};

#endif
