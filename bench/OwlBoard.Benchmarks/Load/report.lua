-- Builds wrk's request from its arguments and prints the result as one line of numbers.
function init(args)
  wrk.method = args[1]
  local body = tonumber(args[2])
  if body > 0 then
    wrk.body = string.rep("x", body)
  end
  if args[3] == "close" then
    wrk.headers["Connection"] = "close"
  end
  request_bytes = wrk.format()
end

function request()
  return request_bytes
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration,
    errors.connect, errors.read, errors.write, errors.timeout + errors.status,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency:percentile(99.9)))
end
