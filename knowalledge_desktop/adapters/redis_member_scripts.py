"""What Redis decides about the members of a team; see `redis_scripts` for the keys."""

from __future__ import annotations

from knowalledge_desktop.adapters.redis_scripts import BASE, BUCKET, Script

REPORT = Script(
    BASE
    + BUCKET
    + """
-- KEYS state members live entry use; ARGV meant me minute_ms live(JSON) days(JSON)
-- live: [id, ms until it leaves, tokens, images, settled, days]; days: [name, requests, tokens]
local me = ARGV[2]
sweep()
for _, row in ipairs(cjson.decode(ARGV[4])) do
  local id, leaves, entry = row[1], now + row[2], redis.call('HGET', ENTRY, row[1])
  if not entry and row[2] > 0 then
    local state = row[5] == 1 and 1 or 2
    redis.call('HSET', ENTRY, id, table.concat({me, row[3], row[4], state, row[6]}, '|'))
    redis.call('ZADD', LIVE, leaves, id)
    count(me, 1, row[3], row[4])
  elseif entry and row[5] == 1 then
    local part = split(entry)
    if part[4] ~= '1' then
      count(part[1], 0, row[3] - tonumber(part[2]), row[4] - tonumber(part[3]))
      redis.call('HSET', ENTRY, id, table.concat({part[1], row[3], row[4], 1, part[5]}, '|'))
      redis.call('ZADD', LIVE, leaves, id)
    end
  end
end
for _, row in ipairs(cjson.decode(ARGV[5])) do
  local key = head .. 'd:' .. row[1]
  for what, value in pairs({r = row[2], t = row[3]}) do
    local known = tonumber(redis.call('HGET', key, me .. ':' .. what) or 0)
    if value > known then redis.call('HSET', key, me .. ':' .. what, value) end
  end
  redis.call('PEXPIRE', key, 259200000)
end
keep(true)
return {1, now}
"""
)

BEAT = Script(
    BASE
    + """
-- KEYS state members; ARGV meant me name epoch_reported grace_ms forgotten_ms seq knows roster(JSON)
-- `knows`: this member was in the team before, or made it, so that its roster can be relied on.
local me, forgotten = ARGV[2], tonumber(ARGV[6])
local e, grace = epoch(tonumber(ARGV[5]))
local reported = ARGV[4] == e

-- Those that Redis has lost, as this member knew them: [id, name, ms since seen, share, ms since given]
if reported then
  for _, row in ipairs(cjson.decode(ARGV[9])) do
    if row[1] ~= me and row[3] < forgotten and redis.call('HEXISTS', KEYS[2], row[1]) == 0 then
      redis.call('HSET', KEYS[2], row[1], cmsgpack.pack({n = row[2], s = now - row[3], f = row[4], b = row[4],
                                                        g = now - row[5], q = 0, e = ''}))
    end
  end
end

local people, rows, count, given, waits = {}, redis.call('HGETALL', KEYS[2]), 0, 0, false
for n = 1, #rows, 2 do
  local m = cmsgpack.unpack(rows[n + 1])
  if rows[n] ~= me then
    if now - m.s > forgotten then
      redis.call('HDEL', KEYS[2], rows[n])
    else
      people[rows[n]] = m
      count = count + 1
      given = given + math.max(m.f, m.b)
      if m.e ~= e and now - m.s < tonumber(ARGV[5]) then waits = true end
    end
  end
end

local old = redis.call('HGET', KEYS[2], me)
local m = old and cmsgpack.unpack(old) or {f = 0, b = 0, g = now, q = 0, e = ''}
local known = tonumber(ARGV[7])
if known == m.q then m.b = m.f else m.b = math.max(m.b, m.f) end
local fair = math.min(math.ceil(720720 / (count + 1)), math.max(0, 720720 - given))
if m.f > fair then m.f = fair
elseif fair >= 2 * m.f and fair > m.f and math.max(m.f, m.b) < fair then m.f, m.g = fair, now end
if m.f > m.b then m.b = m.f end
m.q = math.max(m.q, known) + 1
m.n = ARGV[3]
-- Until it has told what it sent while it was not heard, its whole share stays free for that.
if reported or not m.s then m.s = now end
if reported then m.e = e end
redis.call('HSET', KEYS[2], me, cmsgpack.pack(m))
people[me] = m
if reported and ARGV[8] == '1' and not waits and grace > now then
  grace = now
  redis.call('HSET', KEYS[1], 'grace', now)
end
redis.call('PEXPIRE', KEYS[1], 2592000000)
redis.call('PEXPIRE', KEYS[2], 2592000000)
local list = {}
for who, each in pairs(people) do
  list[#list + 1] = {who, each.n, now - each.s, math.max(each.f, each.b), now - each.g}
end
return {1, now, e, m.q, m.f, now - m.g, grace, cjson.encode(list)}
"""
)

REST = Script(
    BASE
    + """
-- KEYS state members; ARGV meant me seq gone(1: leaves the team). What it has sent goes on counting.
-- Only by the last word: another process of the member may have been given a share meanwhile.
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[2], ARGV[2])
  return {1, now}
end
local old = redis.call('HGET', KEYS[2], ARGV[2])
if old then
  local m = cmsgpack.unpack(old)
  if m.q == tonumber(ARGV[3]) then
    m.f, m.b, m.g, m.q = 0, 0, now, m.q + 1
    redis.call('HSET', KEYS[2], ARGV[2], cmsgpack.pack(m))
  end
end
return {1, now}
"""
)
