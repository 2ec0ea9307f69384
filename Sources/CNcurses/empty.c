// The module is its header; a target needs one file to compile.
#include "CNcurses.h"
