#pragma once
// The wide-character interface must be asked for before the header.
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#ifndef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#endif
#include <ncursesw/curses.h>
#include <ncursesw/term.h>

// What the library offers as macros or globals, as functions Swift can call.

/// Starts the library on the terminal; 0 when the terminal is unknown (initscr would end the program).
static inline int nc_start(void) {
  SCREEN *screen = newterm((char *)0, stdout, stdin);
  if (!screen) return 0;
  set_term(screen);
  return 1;
}

/// A window that is never shown: reading keys from it does not make the library paint.
static inline WINDOW *nc_input(void) {
  WINDOW *pad = newpad(1, 1);
  if (!pad) return pad;
  keypad(pad, TRUE);
  nodelay(pad, TRUE);
  return pad;
}

/// One key: 0 a byte of a character, 1 a function key, −1 nothing.
static inline int nc_read(WINDOW *window, unsigned int *value) {
  int read = wgetch(window);
  *value = (unsigned int)read;
  return read == ERR ? -1 : read > 0xff;
}

static inline int nc_rows(void) { return LINES; }
static inline int nc_columns(void) { return COLS; }
static inline int nc_colours(void) { return COLORS; }
static inline int nc_max_colours(void) { return tigetnum((char *)"colors"); }
static inline const char *nc_string(const char *name) {
  char *value = tigetstr((char *)name);
  return value == (char *)-1 ? (const char *)0 : value;
}
static inline int nc_flag(const char *name) { return tigetflag((char *)name) > 0; }
static inline int nc_mouse_on(void) {
  mmask_t old;
  mouseinterval(0);
  return mousemask(ALL_MOUSE_EVENTS | REPORT_MOUSE_POSITION, &old) != 0;
}

/// What the mouse did: kind 1 press, 2 drag or move with a button, 3 release, 4 wheel up, 5 wheel down, 0 nothing of use.
static inline int nc_mouse(int *x, int *y, int *shift) {
  MEVENT event;
  if (getmouse(&event) != OK) return 0;
  *x = event.x;
  *y = event.y;
  *shift = (event.bstate & BUTTON_SHIFT) != 0;
  if (event.bstate & BUTTON4_PRESSED) return 4;
  if (event.bstate & BUTTON5_PRESSED) return 5;
  if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED)) return 1;
  if (event.bstate & BUTTON1_RELEASED) return 3;
  if (event.bstate & REPORT_MOUSE_POSITION) return 2;
  return 0;
}
