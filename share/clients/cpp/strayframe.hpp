// clang-format off
// A cache for strayframe in C++17: one class, one member function for each event; over
// strayframe_cache.h, which says what each event and call means.
//
//     #include "strayframe.hpp"
//
//     class MyCache {
//     public:
//         MyCache(strayframe::Host &host, const sf_cache_config &config) : host_(host) {}
//         void on_request(const sf_cache_request &request) { host_.unavailable(request.request); }
//     private:
//         strayframe::Host &host_;
//     };
//
//     STRAYFRAME_CACHE(MyCache, "my-cache", "1", "answers no request", nullptr)
//
//     c++ -std=c++17 -shared -fPIC -O2 -I harness/cache -I share/clients/cpp -o my_cache.so my.cpp
//     strayframe gate --candidate ./my_cache.so
//
// The class receives the events that it has public member functions for. One that is overloaded or
// not public does not compile.
//
//     void on_upload(const sf_cache_upload &)
//     void on_upload_fragment(const sf_cache_fragment &)
//     void on_upload_ended(const sf_cache_upload_end &)
//     void on_request(const sf_cache_request &)
//     void on_request_cancelled(uint64_t request)
//     void on_connection_closed(uint64_t connection)
//     void on_fetch_part(const sf_cache_fetch_part &)
//     void on_fetch_ended(const sf_cache_fetch_end &)
//     void on_store_reply(const sf_cache_store_reply &)
//     void on_timer(uint64_t timer, uint64_t cookie)
//     void on_invalidate(const sf_cache_invalidation &)
//     void on_identity(const sf_cache_identity &)
//     void on_node(const sf_cache_node_event &)
//     void on_clock_step(int64_t step_ms)
//     void on_answer_progress(uint64_t request, uint32_t taken_bytes)
//     void on_reconfigure(std::string_view options)
//     std::string export_state()
//     void import_state(std::string_view from_name, std::string_view from_version,
//                       std::string_view state)
//
// The constructor and on_reconfigure throw strayframe::Refused for options that they do not
// understand. Any other exception that leaves a function ends the process, which is a finding.
// clang-format on
#ifndef STRAYFRAME_HPP
#define STRAYFRAME_HPP

#include "strayframe_cache.h"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace strayframe
{

// The options are not understood.
class Refused : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

// The host, as an instance of a cache has it. It lives from before the constructor until after the
// destructor.
class Host
{
  public:
    explicit Host(const sf_cache_host *host) : host_(host)
    {
    }
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    int64_t now_ns() const
    {
        return host_->now_ns(host_->context);
    }
    int64_t wall_clock_ms() const
    {
        return host_->wall_clock_ms(host_->context);
    }
    uint64_t random() const
    {
        return host_->random_u64(host_->context);
    }
    void log(std::string_view text) const
    {
        host_->log(host_->context, text.data(), static_cast<uint32_t>(text.size()));
    }

    // Each returns SF_CACHE_DONE or an SF_CACHE_E_...
    int32_t answer(uint64_t request, std::string_view still) const
    {
        return host_->answer(host_->context, request, SF_CACHE_STATUS_OK, bytes(still),
                             count(still));
    }
    int32_t answer_rest(uint64_t request, std::string_view still_from_offset) const
    {
        return host_->answer(host_->context, request, SF_CACHE_STATUS_PARTIAL,
                             bytes(still_from_offset), count(still_from_offset));
    }
    int32_t answer_without_still(uint64_t request, uint32_t status) const
    {
        return host_->answer(host_->context, request, status, nullptr, 0);
    }
    int32_t unavailable(uint64_t request) const
    {
        return answer_without_still(request, SF_CACHE_STATUS_UNAVAILABLE);
    }
    int32_t answer_begin(uint64_t request, uint32_t total_bytes) const
    {
        return host_->answer_begin(host_->context, request, total_bytes);
    }
    int32_t answer_part(uint64_t request, std::string_view part) const
    {
        return host_->answer_part(host_->context, request, bytes(part), count(part));
    }
    int32_t answer_end(uint64_t request) const
    {
        return host_->answer_end(host_->context, request);
    }
    int32_t answer_abort(uint64_t request) const
    {
        return host_->answer_abort(host_->context, request);
    }
    int32_t answer_properties(uint64_t request, uint32_t flags, uint64_t validator = 0,
                              uint64_t session = 0) const
    {
        const sf_cache_answer_properties properties = {sizeof properties, flags, validator,
                                                       session};
        return host_->answer_properties(host_->context, request, &properties);
    }
    int32_t identity(uint64_t token, uint64_t cookie) const
    {
        return host_->identity(host_->context, token, cookie);
    }

    const sf_cache_host *raw() const
    {
        return host_;
    }
    // While the cache is destroyed nothing may be called; the handles below then let go.
    bool is_over() const
    {
        return over_;
    }
    void end()
    {
        over_ = true;
    }

    static const uint8_t *bytes(std::string_view text)
    {
        return reinterpret_cast<const uint8_t *>(text.data());
    }
    static uint32_t count(std::string_view text)
    {
        return static_cast<uint32_t>(text.size());
    }

  private:
    const sf_cache_host *host_;
    bool over_ = false;
};

// ---- handles: what they stand for ends with them; they can be moved, not copied ----

// The empty state is one of a handle that was never begun, was moved from, or has ended.
template <void (*End)(const sf_cache_host *, uint64_t)> class Handle
{
  public:
    Handle() = default;
    Handle(Host &host, uint64_t id) : host_(&host), id_(id)
    {
    }
    Handle(Handle &&from) noexcept : host_(from.host_), id_(std::exchange(from.id_, 0))
    {
    }
    Handle &operator=(Handle &&from) noexcept
    {
        if (this != &from) {
            reset();
            host_ = from.host_;
            id_ = std::exchange(from.id_, 0);
        }
        return *this;
    }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle()
    {
        reset();
    }

    explicit operator bool() const
    {
        return id_ != 0;
    }
    uint64_t id() const
    {
        return id_;
    }
    // The host has ended it: there is nothing left to end.
    void release()
    {
        id_ = 0;
    }
    void reset()
    {
        if (id_ != 0 && !host_->is_over()) {
            End(host_->raw(), id_);
        }
        id_ = 0;
    }

  protected:
    Host *host_ = nullptr;
    uint64_t id_ = 0;
};

inline void end_timer(const sf_cache_host *host, uint64_t timer)
{
    host->timer_cancel(host->context, timer);
}
inline void end_fetch(const sf_cache_host *host, uint64_t fetch)
{
    (void)host->fetch_cancel(host->context, fetch); // no error for one that has ended
}
inline void end_connection(const sf_cache_host *host, uint64_t connection)
{
    (void)host->store_close(host->context, connection);
}

// A timer; cancelled when the handle ends. on_timer follows, with the cookie.
class Timer : public Handle<end_timer>
{
  public:
    Timer() = default;
    Timer(Host &host, int64_t delay_ns, uint64_t cookie) : Handle(host, 0)
    {
        (void)host.raw()->timer_set(host.raw()->context, delay_ns, cookie,
                                    &id_); // empty if it would not be set
    }
};

// A fetch; cancelled when the handle ends. Empty if the host began none. With `unless_validator` it
// is fetch_if_changed.
class Fetch : public Handle<end_fetch>
{
  public:
    Fetch() = default;
    Fetch(Host &host, uint64_t camera, uint64_t cookie, uint64_t unless_validator = 0)
        : Handle(host, 0)
    {
        (void)host.raw()->fetch_if_changed(host.raw()->context, camera, unless_validator, cookie,
                                           &id_);
    }
};

inline void end_hold(const sf_cache_host *host, uint64_t hold)
{
    (void)host->drop(host->context, hold);
}

// The bytes of an upload or a fetch that ended complete, without a copy; dropped when the handle
// ends. Only from inside on_upload_ended or on_fetch_ended. Empty where the host cannot lend (a
// cache in a process of its own): then keep a copy of what fragments and parts bring.
class Hold : public Handle<end_hold>
{
  public:
    Hold() = default;
    Hold(Host &host, uint64_t upload_or_fetch, uint32_t total_bytes) : Handle(host, 0)
    {
        const uint8_t *lent = nullptr;
        if (SF_CACHE_HAS(host.raw(), drop) &&
            host.raw()->hold(host.raw()->context, upload_or_fetch, &lent, &id_) == SF_CACHE_DONE) {
            bytes_ = std::string_view(reinterpret_cast<const char *>(lent), total_bytes);
        }
    }
    std::string_view bytes() const
    {
        return id_ != 0 ? bytes_ : std::string_view();
    }

  private:
    std::string_view bytes_;
};

// A connection to the shared store; closed when the handle ends.
class Connection : public Handle<end_connection>
{
  public:
    Connection() = default;
    explicit Connection(Host &host) : Handle(host, 0)
    {
        (void)host.raw()->store_open(host.raw()->context, &id_);
    }

    int32_t get(std::string_view key, uint64_t cookie) const
    {
        const sf_cache_host *raw = host_->raw();
        return raw->store_get(raw->context, id_, Host::bytes(key), Host::count(key), cookie);
    }
    int32_t put(std::string_view key, std::string_view value, int64_t ttl_ns, uint64_t cookie) const
    {
        const sf_cache_host *raw = host_->raw();
        return raw->store_put(raw->context, id_, Host::bytes(key), Host::count(key),
                              value.empty() ? nullptr : Host::bytes(value), Host::count(value),
                              ttl_ns, cookie);
    }
};

// ---- the plug-in of a class ----

namespace detail
{

template <class C> struct Instance {
    Host host;
    std::unique_ptr<C> cache;
    explicit Instance(const sf_cache_host *lent) : host(lent)
    {
    }
};

template <class C> C &cache_of(void *instance)
{
    return *static_cast<Instance<C> *>(instance)->cache;
}

template <class C>
void *create(const sf_cache_host *host, const sf_cache_config *config, char *error,
             uint32_t error_bytes) noexcept
{
    auto instance = std::make_unique<Instance<C>>(host);
    try {
        instance->cache = std::make_unique<C>(instance->host, *config);
    } catch (const Refused &refused) {
        std::snprintf(error, error_bytes, "%s", refused.what());
        instance->host.end();
        return nullptr;
    }
    return instance.release();
}

template <class C> void destroy(void *pointer) noexcept
{
    std::unique_ptr<Instance<C>> instance(static_cast<Instance<C> *>(pointer));
    instance->host.end();
}

// Does the class have a function of this name, however it is overloaded? A class that inherits from
// it and from one that has the name for certain has then two of them, and naming it is ambiguous.
#define STRAYFRAME_NAMED(FUNCTION)                                                   \
    struct bait_##FUNCTION {                                                         \
        int FUNCTION;                                                                \
    };                                                                               \
    template <class C> struct both_##FUNCTION : C, bait_##FUNCTION {                 \
    };                                                                               \
    template <class C, class = void> struct names_##FUNCTION : std::true_type {      \
    };                                                                               \
    template <class C>                                                               \
    struct names_##FUNCTION<C, std::void_t<decltype(&both_##FUNCTION<C>::FUNCTION)>> \
        : std::false_type {                                                          \
    };

// For each event: does the class have the function? If so, one that the host can call.
#define STRAYFRAME_HAS(FUNCTION)                                                       \
    STRAYFRAME_NAMED(FUNCTION)                                                         \
    template <class C, class = void> struct has_##FUNCTION : std::false_type {         \
        static_assert(std::disjunction_v<std::is_final<C>, /* cannot be looked into */ \
                                         std::negation<names_##FUNCTION<C>>>,          \
                      #FUNCTION " must be public and not overloaded");                 \
    };                                                                                 \
    template <class C>                                                                 \
    struct has_##FUNCTION<C, std::void_t<decltype(&C::FUNCTION)>> : std::true_type {   \
    };

#define STRAYFRAME_STRUCT(FUNCTION, STRUCT)                            \
    STRAYFRAME_HAS(FUNCTION)                                           \
    template <class C> constexpr auto call_##FUNCTION()                \
    {                                                                  \
        void (*function)(void *, const STRUCT *) = nullptr;            \
        if constexpr (has_##FUNCTION<C>::value) {                      \
            function = [](void *cache, const STRUCT *event) noexcept { \
                cache_of<C>(cache).FUNCTION(*event);                   \
            };                                                         \
        }                                                              \
        return function;                                               \
    }

#define STRAYFRAME_VALUES(FUNCTION, PARAMETERS, ARGUMENTS, ...)                           \
    STRAYFRAME_HAS(FUNCTION)                                                              \
    template <class C> constexpr auto call_##FUNCTION()                                   \
    {                                                                                     \
        void(*function) PARAMETERS = nullptr;                                             \
        if constexpr (has_##FUNCTION<C>::value) {                                         \
            function = [] PARAMETERS noexcept { cache_of<C>(cache).FUNCTION ARGUMENTS; }; \
        }                                                                                 \
        return function;                                                                  \
    }

STRAYFRAME_STRUCT(on_upload, sf_cache_upload)
STRAYFRAME_STRUCT(on_upload_fragment, sf_cache_fragment)
STRAYFRAME_STRUCT(on_upload_ended, sf_cache_upload_end)
STRAYFRAME_STRUCT(on_request, sf_cache_request)
STRAYFRAME_VALUES(on_request_cancelled, (void *cache, uint64_t request), (request))
STRAYFRAME_VALUES(on_connection_closed, (void *cache, uint64_t connection), (connection))
STRAYFRAME_STRUCT(on_fetch_part, sf_cache_fetch_part)
STRAYFRAME_STRUCT(on_fetch_ended, sf_cache_fetch_end)
STRAYFRAME_STRUCT(on_store_reply, sf_cache_store_reply)
STRAYFRAME_VALUES(on_timer, (void *cache, uint64_t timer, uint64_t cookie), (timer, cookie))
STRAYFRAME_STRUCT(on_invalidate, sf_cache_invalidation)
STRAYFRAME_STRUCT(on_identity, sf_cache_identity)
STRAYFRAME_STRUCT(on_node, sf_cache_node_event)
STRAYFRAME_VALUES(on_clock_step, (void *cache, int64_t step_ms), (step_ms))
STRAYFRAME_VALUES(on_answer_progress, (void *cache, uint64_t request, uint32_t taken_bytes),
                  (request, taken_bytes))
STRAYFRAME_HAS(on_reconfigure)
STRAYFRAME_HAS(export_state)
STRAYFRAME_HAS(import_state)

template <class C> constexpr auto call_on_reconfigure()
{
    int32_t (*function)(void *, const char *) = nullptr;
    if constexpr (has_on_reconfigure<C>::value) {
        function = [](void *cache, const char *options) noexcept -> int32_t {
            try {
                cache_of<C>(cache).on_reconfigure(options);
                return 0;
            } catch (const Refused &) {
                return 1;
            }
        };
    }
    return function;
}

template <class C> constexpr auto call_export_state()
{
    void (*function)(void *, const sf_cache_sink *) = nullptr;
    if constexpr (has_export_state<C>::value) {
        function = [](void *cache, const sf_cache_sink *sink) noexcept {
            const std::string state = cache_of<C>(cache).export_state();
            sink->write(sink->context, Host::bytes(state), state.size());
        };
    }
    return function;
}

template <class C> constexpr auto call_import_state()
{
    void (*function)(void *, const char *, const char *, const uint8_t *, uint64_t) = nullptr;
    if constexpr (has_import_state<C>::value) {
        function = [](void *cache, const char *from_name, const char *from_version,
                      const uint8_t *bytes, uint64_t bytes_count) noexcept {
            cache_of<C>(cache).import_state(
                from_name, from_version,
                std::string_view(reinterpret_cast<const char *>(bytes), bytes_count));
        };
    }
    return function;
}

#undef STRAYFRAME_NAMED
#undef STRAYFRAME_HAS
#undef STRAYFRAME_STRUCT
#undef STRAYFRAME_VALUES

template <class C>
const sf_cache_plugin *plugin(const char *name, const char *version, const char *summary,
                              const char *options)
{
    static sf_cache_plugin plugin = {};
    plugin.struct_bytes = sizeof plugin;
    plugin.abi = SF_CACHE_ABI;
    plugin.name = name;
    plugin.version = version;
    plugin.summary = summary;
    plugin.options = options;
    plugin.create = create<C>;
    plugin.destroy = destroy<C>;
    plugin.on_upload = call_on_upload<C>();
    plugin.on_upload_fragment = call_on_upload_fragment<C>();
    plugin.on_upload_ended = call_on_upload_ended<C>();
    plugin.on_request = call_on_request<C>();
    plugin.on_request_cancelled = call_on_request_cancelled<C>();
    plugin.on_connection_closed = call_on_connection_closed<C>();
    plugin.on_fetch_part = call_on_fetch_part<C>();
    plugin.on_fetch_ended = call_on_fetch_ended<C>();
    plugin.on_store_reply = call_on_store_reply<C>();
    plugin.on_timer = call_on_timer<C>();
    plugin.on_invalidate = call_on_invalidate<C>();
    plugin.on_reconfigure = call_on_reconfigure<C>();
    plugin.export_state = call_export_state<C>();
    plugin.import_state = call_import_state<C>();
    plugin.on_identity = call_on_identity<C>();
    plugin.on_node = call_on_node<C>();
    plugin.on_clock_step = call_on_clock_step<C>();
    plugin.on_answer_progress = call_on_answer_progress<C>();
    return &plugin;
}

} // namespace detail

} // namespace strayframe

// Exports the class as the shared object's cache. SUMMARY and OPTIONS may be nullptr.
#define STRAYFRAME_CACHE(CLASS, NAME, VERSION, SUMMARY, OPTIONS)                        \
    extern "C" const sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)            \
    {                                                                                   \
        return host_abi == SF_CACHE_ABI                                                 \
                   ? strayframe::detail::plugin<CLASS>(NAME, VERSION, SUMMARY, OPTIONS) \
                   : nullptr;                                                           \
    }

#endif
