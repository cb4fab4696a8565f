// Waits for descriptors and timeouts on one thread.
//
// A loop of our own, since a relay's cost is its system calls: descriptors are registered once,
// edge-triggered, and asked for leave to write only where a write has failed. epoll(7).
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/forward/io/unique_fd.h"

namespace egressctl::forward {

using Clock = std::chrono::steady_clock;

// What a connection's socket is watched for.
inline constexpr std::uint32_t kRead = EPOLLIN | EPOLLRDHUP | EPOLLET;
inline constexpr std::uint32_t kReadAndWrite = kRead | EPOLLOUT;

// Takes what happens at a descriptor. One object may have several: `tag` tells them apart.
class EventHandler {
 public:
  virtual ~EventHandler() = default;

  // `events` as epoll_wait gives them. May retire any handler, itself too.
  virtual void on_event(std::uint32_t tag, std::uint32_t events) = 0;
};

class EventLoop;
class TimerList;

// A place in a TimerList. Leaves it when it is destroyed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { stop(); }

  void stop();
  [[nodiscard]] bool running() const { return list_ != nullptr; }

  // Called once, after the timer has left its list.
  virtual void on_timeout() = 0;

 private:
  friend class EventLoop;
  friend class TimerList;
  TimerList* list_ = nullptr;
  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  Clock::time_point deadline_;
};

// Timers that all run equally long: they end in the order in which they began, so that starting and
// stopping cost the same however many there are.
class TimerList {
 public:
  explicit TimerList(Clock::duration duration) : duration_(duration) {}
  TimerList(const TimerList&) = delete;
  TimerList& operator=(const TimerList&) = delete;
  ~TimerList();

  // Begins anew when it runs already.
  void start(Timer& timer, Clock::time_point now);

  [[nodiscard]] Clock::duration duration() const { return duration_; }

  // Timers that are running end as if it had always been so.
  void set_duration(Clock::duration duration);

 private:
  friend class Timer;
  friend class EventLoop;

  Clock::duration duration_;
  Timer* first_ = nullptr;
  Timer* last_ = nullptr;
};

class EventLoop {
 public:
  // Fails with ErrorCode::Io when the system has no descriptors left.
  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> make();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // Reports events of `fd` from now on; closing it ends that. At most 8 tags (0 to 7) a handler;
  // handlers are aligned accordingly. False when the system refuses.
  [[nodiscard]] bool add(int fd, std::uint32_t events, EventHandler& handler,
                         std::uint32_t tag = 0);

  // Reports other events of `fd` from now on.
  void change(int fd, std::uint32_t events, EventHandler& handler, std::uint32_t tag = 0);

  // Reports no more events of `fd`, but for those of this round.
  void remove(int fd);

  // Looks after the list's timers until forget().
  void watch(TimerList& list) { timers_.push_back(&list); }
  void forget(TimerList& list) { std::erase(timers_, &list); }

  // Calls the handler's on_event(0, 0) in the next round, after those that have events.
  void again(EventHandler& handler);

  // Deletes the handler once no event of this round can reach it.
  void retire(EventHandler* handler) { retired_.push_back(handler); }

  // Calls `work` after each round.
  void at_end_of_round(std::function<void()> work) { end_of_round_ = std::move(work); }

  // Calls `work` on the loop's thread; from any thread.
  void post(std::function<void()> work);

  // Handles events until stop() is called; from any thread, also before run().
  void run();
  void stop();

  // The time at which this round's events came.
  [[nodiscard]] Clock::time_point now() const { return now_; }

 private:
  EventLoop(UniqueFd epoll, UniqueFd wakeup);

  void handle_wakeup();
  void fire_timers();
  void delete_retired();
  [[nodiscard]] int milliseconds_to_wait() const;

  UniqueFd epoll_;
  UniqueFd wakeup_;
  std::vector<TimerList*> timers_;
  std::vector<EventHandler*> again_;
  std::vector<EventHandler*> retired_;
  std::function<void()> end_of_round_;
  Clock::time_point now_ = Clock::now();
  std::atomic<bool> stopping_{false};
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace egressctl::forward
