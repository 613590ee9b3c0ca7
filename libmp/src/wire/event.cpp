#include "wire/event.hpp"

namespace mp::wire {
namespace {

std::string unknown(const char* what, unsigned number) {
  return std::string(what) + ' ' + std::to_string(number);
}

}  // namespace

std::string kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::None:
      return "None";
    case EventKind::Hello:
      return "Hello";
    case EventKind::Fork:
      return "Fork";
    case EventKind::Started:
      return "Started";
    case EventKind::Exit:
      return "Exit";
    case EventKind::Reap:
      return "Reap";
    case EventKind::Gone:
      return "Gone";
    case EventKind::Sample:
      return "Sample";
    case EventKind::SignalSent:
      return "SignalSent";
    case EventKind::ThreadStart:
      return "ThreadStart";
    case EventKind::ThreadEnd:
      return "ThreadEnd";
    case EventKind::Renamed:
      return "Renamed";
    case EventKind::ForkRisk:
      return "ForkRisk";
    case EventKind::Declare:
      return "Declare";
    case EventKind::Retire:
      return "Retire";
    case EventKind::Counters:
      return "Counters";
    case EventKind::CallSite:
      return "CallSite";
    case EventKind::LockWait:
      return "LockWait";
    case EventKind::LockGot:
      return "LockGot";
    case EventKind::LockFail:
      return "LockFail";
    case EventKind::LockFree:
      return "LockFree";
    case EventKind::LockOwnerDied:
      return "LockOwnerDied";
    case EventKind::LockRecovered:
      return "LockRecovered";
    case EventKind::SemaphoreWait:
      return "SemaphoreWait";
    case EventKind::SemaphoreGot:
      return "SemaphoreGot";
    case EventKind::SemaphoreFail:
      return "SemaphoreFail";
    case EventKind::SemaphoreFree:
      return "SemaphoreFree";
    case EventKind::QueuePut:
      return "QueuePut";
    case EventKind::QueueGet:
      return "QueueGet";
    case EventKind::QueuePutWait:
      return "QueuePutWait";
    case EventKind::QueueGetWait:
      return "QueueGetWait";
    case EventKind::QueuePutFail:
      return "QueuePutFail";
    case EventKind::QueueGetFail:
      return "QueueGetFail";
    case EventKind::ConnectionSendWait:
      return "ConnectionSendWait";
    case EventKind::Lent:
      return "Lent";
    case EventKind::ConnectionSend:
      return "ConnectionSend";
    case EventKind::ConnectionRecv:
      return "ConnectionRecv";
    case EventKind::ConnectionWait:
      return "ConnectionWait";
    case EventKind::ConnectionWoken:
      return "ConnectionWoken";
    case EventKind::ConnectionEof:
      return "ConnectionEof";
    case EventKind::Accepted:
      return "Accepted";
    case EventKind::Connected:
      return "Connected";
    case EventKind::AuthOk:
      return "AuthOk";
    case EventKind::AuthFail:
      return "AuthFail";
    case EventKind::Peer:
      return "Peer";
    case EventKind::JoinWait:
      return "JoinWait";
    case EventKind::JoinDone:
      return "JoinDone";
    case EventKind::ConditionWait:
      return "ConditionWait";
    case EventKind::ConditionWoken:
      return "ConditionWoken";
    case EventKind::ConditionNotify:
      return "ConditionNotify";
    case EventKind::EventWait:
      return "EventWait";
    case EventKind::EventWoken:
      return "EventWoken";
    case EventKind::EventChange:
      return "EventChange";
    case EventKind::BarrierWait:
      return "BarrierWait";
    case EventKind::BarrierWoken:
      return "BarrierWoken";
    case EventKind::Note:
      return "Note";
    case EventKind::Mark:
      return "Mark";
    case EventKind::Log:
      return "Log";
    case EventKind::ThreadState:
      return "ThreadState";
    case EventKind::Held:
      return "Held";
    case EventKind::Unheld:
      return "Unheld";
    case EventKind::WaitSet:
      return "WaitSet";
    case EventKind::Lost:
      return "Lost";
    case EventKind::Tick:
      return "Tick";
    case EventKind::Bye:
      return "Bye";
    case EventKind::SemaphoreOwnerDied:
      return "SemaphoreOwnerDied";
    case EventKind::SemaphoreRecovered:
      return "SemaphoreRecovered";
    case EventKind::BarrierBroken:
      return "BarrierBroken";
    case EventKind::BarrierReset:
      return "BarrierReset";
    case EventKind::Unlinked:
      return "Unlinked";
  }
  return unknown("kind", static_cast<unsigned>(kind));
}

std::string state_name(ThreadState state) {
  switch (state) {
    case ThreadState::Running:
      return "running";
    case ThreadState::LockWait:
      return "lock-wait";
    case ThreadState::QueueGet:
      return "queue-get";
    case ThreadState::QueuePut:
      return "queue-put";
    case ThreadState::Join:
      return "join";
    case ThreadState::ConnectionRecv:
      return "connection-recv";
    case ThreadState::ConnectionSend:
      return "connection-send";
    case ThreadState::Accept:
      return "accept";
    case ThreadState::Wait:
      return "wait";
    case ThreadState::SemaphoreWait:
      return "semaphore-wait";
    case ThreadState::ConditionWait:
      return "condition-wait";
    case ThreadState::EventWait:
      return "event-wait";
    case ThreadState::BarrierWait:
      return "barrier-wait";
  }
  return unknown("state", static_cast<unsigned>(state));
}

std::string object_kind_name(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::None:
      return "None";
    case ObjectKind::Process:
      return "Process";
    case ObjectKind::Lock:
      return "Lock";
    case ObjectKind::RLock:
      return "RLock";
    case ObjectKind::Semaphore:
      return "Semaphore";
    case ObjectKind::BoundedSemaphore:
      return "BoundedSemaphore";
    case ObjectKind::Condition:
      return "Condition";
    case ObjectKind::Event:
      return "Event";
    case ObjectKind::Barrier:
      return "Barrier";
    case ObjectKind::Queue:
      return "Queue";
    case ObjectKind::JoinableQueue:
      return "JoinableQueue";
    case ObjectKind::SimpleQueue:
      return "SimpleQueue";
    case ObjectKind::Connection:
      return "Connection";
    case ObjectKind::Listener:
      return "Listener";
    case ObjectKind::SharedMemory:
      return "SharedMemory";
    case ObjectKind::Value:
      return "Value";
    case ObjectKind::Array:
      return "Array";
    case ObjectKind::Pool:
      return "Pool";
    case ObjectKind::Manager:
      return "Manager";
    case ObjectKind::Proxy:
      return "Proxy";
    case ObjectKind::ShareableList:
      return "ShareableList";
  }
  return unknown("object kind", static_cast<unsigned>(kind));
}

std::string start_method_name(StartMethod method) {
  switch (method) {
    case StartMethod::Root:
      return "root";
    case StartMethod::Fork:
      return "fork";
    case StartMethod::Spawn:
      return "spawn";
    case StartMethod::Forkserver:
      return "forkserver";
    case StartMethod::Helper:
      return "helper";
  }
  return unknown("start method", static_cast<unsigned>(method));
}

}  // namespace mp::wire
