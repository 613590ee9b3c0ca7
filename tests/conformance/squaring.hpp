// A worker's function that is not in the file of main(): in another one of the program, or in a
// shared library.
#pragma once

int squared(int number);
