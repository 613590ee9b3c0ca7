// The whole library. Each header below also stands alone.
#pragma once

#include <libmp/barrier.hpp>
#include <libmp/condition.hpp>
#include <libmp/connection.hpp>
#include <libmp/context.hpp>
#include <libmp/cpu.hpp>
#include <libmp/event.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/freeze_support.hpp>
#include <libmp/inspect.hpp>
#include <libmp/interrupt.hpp>
#include <libmp/listener.hpp>
#include <libmp/lock.hpp>
#include <libmp/log.hpp>
#include <libmp/method_process.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>
#include <libmp/reduction.hpp>
#include <libmp/rlock.hpp>
#include <libmp/semaphore.hpp>
#include <libmp/serialize.hpp>
#include <libmp/subclass.hpp>
#include <libmp/timeout.hpp>
#include <libmp/wait.hpp>
