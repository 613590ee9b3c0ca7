// The server of the chapter "Listeners and Clients" in Python's documentation: waits for a client
// that knows the key, and sends it some data. The client may be libmp's or Python's.
//
// usage: secret_server [PORT]
#include <libmp/libmp.hpp>

#include <array>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  const mp::Address address("localhost", argc > 1 ? std::stoi(argv[1]) : 6000);

  mp::Listener listener(address, {.authkey = "secret password"});
  std::cout << "listening at " << mp::Object(listener.address()) << std::endl;
  mp::Connection conn = listener.accept();
  std::cout << "connection accepted from " << mp::Object(*listener.last_accepted()) << std::endl;

  conn.send(mp::list{2.25, nullptr, "junk", mp::global("builtins", "float")});
  conn.send_bytes("hello");
  conn.send_bytes(std::array{42, 1729});
}
