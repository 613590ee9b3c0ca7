// The whole library. Each header below also stands alone.
#pragma once

#include <libmp/connection.hpp>
#include <libmp/context.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/inspect.hpp>
#include <libmp/listener.hpp>
#include <libmp/lock.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>
#include <libmp/serialize.hpp>
#include <libmp/timeout.hpp>
#include <libmp/wait.hpp>
