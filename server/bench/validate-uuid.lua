-- For wrk: each call validates an unused version-4 UUID.
math.randomseed(os.time())
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Origin"] = "http://localhost"

local function digits(count)
  return string.format("%0" .. count .. "x", math.random(0, 16 ^ count - 1))
end

function request()
  local uuid = string.format("%s%s-%s-4%s-a%s-%s%s%s",
    digits(4), digits(4), digits(4), digits(3), digits(3), digits(4), digits(4), digits(4))
  return wrk.format(nil, os.getenv("BENCH_PATH"), nil, '{"uuid":"' .. uuid .. '"}')
end

local pause = tonumber(os.getenv("BENCH_PAUSE_MS") or "0")
if pause > 0 then
  function delay()
    return pause
  end
end
