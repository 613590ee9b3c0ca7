#include "serial/old_names.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace mp::serial {
namespace {

// Which way a row counts: reading, writing, or both.
enum class Way : unsigned char { Both, In, Out };

struct NameRow {
  std::string_view old_module;
  std::string_view old_name;
  std::string_view module;
  std::string_view name;
  Way way;
};

struct ModuleRow {
  std::string_view old_module;
  std::string_view module;
  Way way;
};

// clang-format off
constexpr NameRow kNames[] = {
    {"__builtin__", "xrange", "builtins", "range", Way::Both},
    {"__builtin__", "reduce", "functools", "reduce", Way::Both},
    {"__builtin__", "intern", "sys", "intern", Way::Both},
    {"__builtin__", "unichr", "builtins", "chr", Way::Both},
    {"__builtin__", "unicode", "builtins", "str", Way::Both},
    {"__builtin__", "long", "builtins", "int", Way::Both},
    {"itertools", "izip", "builtins", "zip", Way::Both},
    {"itertools", "imap", "builtins", "map", Way::Both},
    {"itertools", "ifilter", "builtins", "filter", Way::Both},
    {"itertools", "ifilterfalse", "itertools", "filterfalse", Way::Both},
    {"itertools", "izip_longest", "itertools", "zip_longest", Way::Both},
    {"UserDict", "IterableUserDict", "collections", "UserDict", Way::Both},
    {"UserList", "UserList", "collections", "UserList", Way::Both},
    {"UserString", "UserString", "collections", "UserString", Way::Both},
    {"whichdb", "whichdb", "dbm", "whichdb", Way::Both},
    {"_socket", "fromfd", "socket", "fromfd", Way::Both},
    {"_multiprocessing", "Connection", "multiprocessing.connection", "Connection", Way::Both},
    {"multiprocessing.process", "Process", "multiprocessing.context", "Process", Way::Both},
    {"multiprocessing.forking", "Popen", "multiprocessing.popen_fork", "Popen", Way::Both},
    {"urllib", "ContentTooShortError", "urllib.error", "ContentTooShortError", Way::Both},
    {"urllib", "getproxies", "urllib.request", "getproxies", Way::Both},
    {"urllib", "pathname2url", "urllib.request", "pathname2url", Way::Both},
    {"urllib", "quote_plus", "urllib.parse", "quote_plus", Way::Both},
    {"urllib", "quote", "urllib.parse", "quote", Way::Both},
    {"urllib", "unquote_plus", "urllib.parse", "unquote_plus", Way::Both},
    {"urllib", "unquote", "urllib.parse", "unquote", Way::Both},
    {"urllib", "url2pathname", "urllib.request", "url2pathname", Way::Both},
    {"urllib", "urlcleanup", "urllib.request", "urlcleanup", Way::Both},
    {"urllib", "urlencode", "urllib.parse", "urlencode", Way::Both},
    {"urllib", "urlopen", "urllib.request", "urlopen", Way::Both},
    {"urllib", "urlretrieve", "urllib.request", "urlretrieve", Way::Both},
    {"urllib2", "HTTPError", "urllib.error", "HTTPError", Way::Both},
    {"urllib2", "URLError", "urllib.error", "URLError", Way::Both},
    {"multiprocessing", "AuthenticationError", "multiprocessing.context", "AuthenticationError", Way::Both},
    {"multiprocessing", "BufferTooShort", "multiprocessing.context", "BufferTooShort", Way::Both},
    {"multiprocessing", "ProcessError", "multiprocessing.context", "ProcessError", Way::Both},
    {"multiprocessing", "TimeoutError", "multiprocessing.context", "TimeoutError", Way::Both},
    {"__builtin__", "basestring", "builtins", "str", Way::In},
    {"exceptions", "StandardError", "builtins", "Exception", Way::In},
    {"UserDict", "UserDict", "collections", "UserDict", Way::In},
    {"socket", "_socketobject", "socket", "SocketType", Way::In},
    {"__builtin__", "reduce", "_functools", "reduce", Way::Out},
    {"FileDialog", "FileDialog", "tkinter.filedialog", "FileDialog", Way::Out},
    {"FileDialog", "LoadFileDialog", "tkinter.filedialog", "LoadFileDialog", Way::Out},
    {"FileDialog", "SaveFileDialog", "tkinter.filedialog", "SaveFileDialog", Way::Out},
    {"SimpleDialog", "SimpleDialog", "tkinter.simpledialog", "SimpleDialog", Way::Out},
    {"DocXMLRPCServer", "ServerHTMLDoc", "xmlrpc.server", "ServerHTMLDoc", Way::Out},
    {"DocXMLRPCServer", "XMLRPCDocGenerator", "xmlrpc.server", "XMLRPCDocGenerator", Way::Out},
    {"DocXMLRPCServer", "DocXMLRPCRequestHandler", "xmlrpc.server", "DocXMLRPCRequestHandler", Way::Out},
    {"DocXMLRPCServer", "DocXMLRPCServer", "xmlrpc.server", "DocXMLRPCServer", Way::Out},
    {"DocXMLRPCServer", "DocCGIXMLRPCRequestHandler", "xmlrpc.server", "DocCGIXMLRPCRequestHandler", Way::Out},
    {"SimpleHTTPServer", "SimpleHTTPRequestHandler", "http.server", "SimpleHTTPRequestHandler", Way::Out},
    {"CGIHTTPServer", "CGIHTTPRequestHandler", "http.server", "CGIHTTPRequestHandler", Way::Out},
    {"socket", "_socketobject", "_socket", "socket", Way::Out},
    {"exceptions", "OSError", "builtins", "BrokenPipeError", Way::Out},
    {"exceptions", "OSError", "builtins", "ChildProcessError", Way::Out},
    {"exceptions", "OSError", "builtins", "ConnectionAbortedError", Way::Out},
    {"exceptions", "OSError", "builtins", "ConnectionError", Way::Out},
    {"exceptions", "OSError", "builtins", "ConnectionRefusedError", Way::Out},
    {"exceptions", "OSError", "builtins", "ConnectionResetError", Way::Out},
    {"exceptions", "OSError", "builtins", "FileExistsError", Way::Out},
    {"exceptions", "OSError", "builtins", "FileNotFoundError", Way::Out},
    {"exceptions", "OSError", "builtins", "InterruptedError", Way::Out},
    {"exceptions", "OSError", "builtins", "IsADirectoryError", Way::Out},
    {"exceptions", "OSError", "builtins", "NotADirectoryError", Way::Out},
    {"exceptions", "OSError", "builtins", "PermissionError", Way::Out},
    {"exceptions", "OSError", "builtins", "ProcessLookupError", Way::Out},
    {"exceptions", "OSError", "builtins", "TimeoutError", Way::Out},
    {"exceptions", "ImportError", "builtins", "ModuleNotFoundError", Way::Out},
};

constexpr ModuleRow kModules[] = {
    {"__builtin__", "builtins", Way::Both},
    {"copy_reg", "copyreg", Way::Both},
    {"Queue", "queue", Way::Both},
    {"SocketServer", "socketserver", Way::Both},
    {"ConfigParser", "configparser", Way::Both},
    {"repr", "reprlib", Way::Both},
    {"tkFileDialog", "tkinter.filedialog", Way::Both},
    {"tkSimpleDialog", "tkinter.simpledialog", Way::Both},
    {"tkColorChooser", "tkinter.colorchooser", Way::Both},
    {"tkCommonDialog", "tkinter.commondialog", Way::Both},
    {"Dialog", "tkinter.dialog", Way::Both},
    {"Tkdnd", "tkinter.dnd", Way::Both},
    {"tkFont", "tkinter.font", Way::Both},
    {"tkMessageBox", "tkinter.messagebox", Way::Both},
    {"ScrolledText", "tkinter.scrolledtext", Way::Both},
    {"Tkconstants", "tkinter.constants", Way::Both},
    {"Tix", "tkinter.tix", Way::Both},
    {"ttk", "tkinter.ttk", Way::Both},
    {"Tkinter", "tkinter", Way::Both},
    {"markupbase", "_markupbase", Way::Both},
    {"_winreg", "winreg", Way::Both},
    {"thread", "_thread", Way::Both},
    {"dummy_thread", "_dummy_thread", Way::Both},
    {"dbhash", "dbm.bsd", Way::Both},
    {"dumbdbm", "dbm.dumb", Way::Both},
    {"dbm", "dbm.ndbm", Way::Both},
    {"gdbm", "dbm.gnu", Way::Both},
    {"xmlrpclib", "xmlrpc.client", Way::Both},
    {"SimpleXMLRPCServer", "xmlrpc.server", Way::Both},
    {"httplib", "http.client", Way::Both},
    {"htmlentitydefs", "html.entities", Way::Both},
    {"HTMLParser", "html.parser", Way::Both},
    {"Cookie", "http.cookies", Way::Both},
    {"cookielib", "http.cookiejar", Way::Both},
    {"BaseHTTPServer", "http.server", Way::Both},
    {"test.test_support", "test.support", Way::Both},
    {"commands", "subprocess", Way::Both},
    {"urlparse", "urllib.parse", Way::Both},
    {"robotparser", "urllib.robotparser", Way::Both},
    {"urllib2", "urllib.request", Way::Both},
    {"anydbm", "dbm", Way::Both},
    {"_abcoll", "collections.abc", Way::Both},
    {"cPickle", "pickle", Way::In},
    {"_elementtree", "xml.etree.ElementTree", Way::In},
    {"FileDialog", "tkinter.filedialog", Way::In},
    {"SimpleDialog", "tkinter.simpledialog", Way::In},
    {"DocXMLRPCServer", "xmlrpc.server", Way::In},
    {"SimpleHTTPServer", "http.server", Way::In},
    {"CGIHTTPServer", "http.server", Way::In},
    {"UserDict", "collections", Way::In},
    {"UserList", "collections", Way::In},
    {"UserString", "collections", Way::In},
    {"whichdb", "dbm", Way::In},
    {"StringIO", "io", Way::In},
    {"cStringIO", "io", Way::In},
    {"bz2", "_bz2", Way::Out},
    {"dbm", "_dbm", Way::Out},
    {"functools", "_functools", Way::Out},
    {"gdbm", "_gdbm", Way::Out},
    {"pickle", "_pickle", Way::Out},
};

// Python 2 had these in a module of their own: exceptions.
constexpr std::string_view kOldExceptions[] = {
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BufferError",
    "BytesWarning",
    "DeprecationWarning",
    "EOFError",
    "EnvironmentError",
    "Exception",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "ReferenceError",
    "RuntimeError",
    "RuntimeWarning",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
};
// clang-format on

bool is_old_exception(std::string_view name) noexcept {
  return std::find(std::begin(kOldExceptions), std::end(kOldExceptions), name) !=
         std::end(kOldExceptions);
}

}  // namespace

GlobalName name_of_python_3(GlobalName old) noexcept {
  if (old.module == "exceptions" && is_old_exception(old.name)) return {"builtins", old.name};
  for (const NameRow& row : kNames) {
    if (row.way != Way::Out && row.old_module == old.module && row.old_name == old.name) {
      return {row.module, row.name};
    }
  }
  for (const ModuleRow& row : kModules) {
    if (row.way != Way::Out && row.old_module == old.module) return {row.module, old.name};
  }
  return old;
}

GlobalName name_of_python_2(GlobalName now) noexcept {
  if (now.module == "builtins" && is_old_exception(now.name)) return {"exceptions", now.name};
  for (const NameRow& row : kNames) {
    if (row.way != Way::In && row.module == now.module && row.name == now.name) {
      return {row.old_module, row.old_name};
    }
  }
  for (const ModuleRow& row : kModules) {
    if (row.way != Way::In && row.module == now.module) return {row.old_module, now.name};
  }
  return now;
}

}  // namespace mp::serial
