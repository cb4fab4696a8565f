#include "lib/forward/io/event_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace egressctl::forward {
namespace {

constexpr std::size_t kEventsARound = 512;
constexpr std::uintptr_t kTagMask = 7;
static_assert(alignof(EventHandler) > kTagMask);

epoll_event event_for(std::uint32_t events, EventHandler& handler, std::uint32_t tag) {
  epoll_event out{};
  out.events = events;
  out.data.ptr = reinterpret_cast<char*>(&handler) + (tag & kTagMask);
  return out;
}

}  // namespace

void Timer::stop() {
  if (list_ == nullptr) return;
  (previous_ != nullptr ? previous_->next_ : list_->first_) = next_;
  (next_ != nullptr ? next_->previous_ : list_->last_) = previous_;
  list_ = nullptr;
  previous_ = nullptr;
  next_ = nullptr;
}

TimerList::~TimerList() {
  while (first_ != nullptr) first_->stop();
}

void TimerList::start(Timer& timer, Clock::time_point now) {
  timer.stop();
  timer.list_ = this;
  timer.deadline_ = now + duration_;
  timer.previous_ = last_;
  (last_ != nullptr ? last_->next_ : first_) = &timer;
  last_ = &timer;
}

void TimerList::set_duration(Clock::duration duration) {
  for (Timer* timer = first_; timer != nullptr; timer = timer->next_)
    timer->deadline_ += duration - duration_;
  duration_ = duration;
}

Result<std::unique_ptr<EventLoop>> EventLoop::make() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wakeup(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (!epoll.valid() || !wakeup.valid() ||
      ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wakeup.get(), &event) != 0)
    return fail(ErrorCode::Io, fmt::format("can't wait for events: {}", std::strerror(errno)));
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll), std::move(wakeup)));
}

EventLoop::~EventLoop() {
  delete_retired();
}

EventLoop::EventLoop(UniqueFd epoll, UniqueFd wakeup)
    : epoll_(std::move(epoll)), wakeup_(std::move(wakeup)) {}

bool EventLoop::add(int fd, std::uint32_t events, EventHandler& handler, std::uint32_t tag) {
  epoll_event event = event_for(events, handler, tag);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::change(int fd, std::uint32_t events, EventHandler& handler, std::uint32_t tag) {
  epoll_event event = event_for(events, handler, tag);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::remove(int fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::again(EventHandler& handler) {
  if (std::find(again_.begin(), again_.end(), &handler) == again_.end()) again_.push_back(&handler);
}

void EventLoop::delete_retired() {
  for (const EventHandler* handler : retired_) {
    std::erase(again_, handler);
    delete handler;
  }
  retired_.clear();
}

void EventLoop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
  }
  ::eventfd_write(wakeup_.get(), 1);
}

void EventLoop::stop() {
  stopping_ = true;
  ::eventfd_write(wakeup_.get(), 1);
}

void EventLoop::handle_wakeup() {
  eventfd_t count = 0;
  ::eventfd_read(wakeup_.get(), &count);
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(posted_mutex_);
    work.swap(posted_);
  }
  for (const auto& each : work) each();
}

void EventLoop::fire_timers() {
  for (TimerList* list : timers_)
    while (list->first_ != nullptr && list->first_->deadline_ <= now_) {
      Timer& timer = *list->first_;
      timer.stop();
      timer.on_timeout();
    }
}

int EventLoop::milliseconds_to_wait() const {
  constexpr int kForever = -1;
  if (!again_.empty()) return 0;
  auto nearest = Clock::time_point::max();
  for (const TimerList* list : timers_)
    if (list->first_ != nullptr) nearest = std::min(nearest, list->first_->deadline_);
  if (nearest == Clock::time_point::max()) return kForever;
  // Rounded up: waking too early would spin.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(nearest - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000));
}

void EventLoop::run() {
  std::array<epoll_event, kEventsARound> events;
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   milliseconds_to_wait());
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        handle_wakeup();
        continue;
      }
      const std::uintptr_t tag = reinterpret_cast<std::uintptr_t>(event.data.ptr) & kTagMask;
      auto* handler = reinterpret_cast<EventHandler*>(static_cast<char*>(event.data.ptr) - tag);
      handler->on_event(static_cast<std::uint32_t>(tag), event.events);
    }
    for (EventHandler* handler : std::exchange(again_, {})) handler->on_event(0, 0);
    fire_timers();
    if (end_of_round_) end_of_round_();
    delete_retired();
  }
}

}  // namespace egressctl::forward
