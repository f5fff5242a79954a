-- One redemption a request: each thread walks its own share of the numbers, none is sent twice.
-- Reads BENCH_NUMBERS (one number a line), BENCH_KEY and BENCH_OFFSET from the environment; and
-- BENCH_DELAY_MS, where each connection rests before a request.
local threads = 0
local delay_ms = tonumber(os.getenv("BENCH_DELAY_MS") or "")
if delay_ms then
    function delay() return delay_ms end
end

function setup(thread)
    thread:set("id", threads)
    threads = threads + 1
    thread:set("numbers_file", os.getenv("BENCH_NUMBERS"))
    thread:set("api_key", os.getenv("BENCH_KEY"))
    thread:set("offset", tonumber(os.getenv("BENCH_OFFSET")))
    thread:set("stride", tonumber(os.getenv("BENCH_THREADS")))
    thread:set("run", os.getenv("BENCH_RUN"))
    all = all or {}
    table.insert(all, thread)
end

function init(_args)
    numbers = {}
    local line = 0
    for number in io.lines(numbers_file) do
        if line >= offset and (line - offset) % stride == id then
            numbers[#numbers + 1] = number
        end
        line = line + 1
    end
    next_number = 0
    refused = 0
    head = {
        ["Content-Type"] = "application/json",
        ["X-API-Key"] = api_key,
    }
    tail = '","Gov_Stack_BB":"BENCH-POS","merchant_name":"Bench Stores",'
        .. '"merchant_bank_details":"BENCH-1","merchant_voucher_group":"BENCH","override":false}'
end

function request()
    next_number = next_number + 1
    local number = numbers[next_number] or "out of numbers"
    head["X-CorrelationID"] = string.format("%s-%04x-%012x", run, id, next_number)
    return wrk.format("POST", "/vouchers/voucher_redemption", head, '{"voucher_number":"' .. number .. tail)
end

function response(status)
    if status ~= 200 then
        refused = refused + 1
    end
end

function done(summary, latency)
    local refused_in_all, used = 0, 0
    for _, thread in ipairs(all) do
        refused_in_all = refused_in_all + thread:get("refused")
        used = math.max(used, thread:get("next_number") * #all)
    end
    print(string.format(
        'BENCH {"requests": %d, "seconds": %.6f, "refused": %d, "used": %d, "errors": %d, "p50_ms": %.3f, "p99_ms": %.3f}',
        summary.requests, summary.duration / 1e6, refused_in_all, used,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
