"""What Redis itself decides for a team: small programs that run there, each as a whole.

Time is the server's. All keys of a team's quota carry its id in braces, so that a cluster keeps them on one
server. A call that comes too late, because the server or the network stood still, changes nothing: `ARGV[1]`
is the server's time until which it is meant (0: always).

`state` is a hash: `epoch` names what the counts are of, `run` is the server process that has them, `grace` is
until when nobody is admitted because the counts may lack something. When the process is another one, it was
started again or it took over from one that failed, and the last writes may be lost: that is a new epoch, in
which every member reports all that it knows before anybody is admitted.

`members` holds for each member, as MessagePack: name `n`, when it was seen `s`, its share `f` and the one it
may still believe to have `b` (in parts of `core.team.WHOLE`), when the share was given `g`, the number of that
word `q`, the epoch it has reported in `e`.

Of each bucket `live` is a sorted set of reservations by when they leave the window, `entry` what each holds
(member|tokens|images|state|days; the state is 0 on its way, 1 settled, 2 only reported by its member), `use`
the sums by member, `rule` what Google's refusals taught, and `d:…` are the sums of a day by member.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Script:
    """A program for Redis, which knows it by its print once it has seen it."""

    text: str
    print: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "print", hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest())


BASE = """
-- All but the first key, which says where this runs, and all values come as one JSON list. That is several
-- times less work for who asks than thirty values.
local all = cjson.decode(ARGV[1])
local KEYS, ARGV = {KEYS[1], unpack(all[1])}, all[2]

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local meant = tonumber(ARGV[1])
if meant > 0 and now > meant then return {-1, now} end

local function split(text)
  local out = {}
  for part in string.gmatch(text .. '|', '(.-)|') do out[#out + 1] = part end
  return out
end

local function process()
  local told = redis.pcall('INFO', 'server')
  if type(told) ~= 'string' then return '' end
  return string.match(told, 'run_id:(%w+)') or ''
end

local function epoch(grace_ms)
  local was = redis.call('HMGET', KEYS[1], 'epoch', 'run', 'grace')
  local run = process()
  if was[1] and was[2] == run then return was[1], tonumber(was[3]) end
  local fresh = string.format('%.0f', now) .. string.sub(run, 1, 8)
  redis.call('HSET', KEYS[1], 'epoch', fresh, 'run', run, 'grace', now + grace_ms, 'since', now)
  return fresh, now + grace_ms
end
"""

BUCKET = """
local LIVE, ENTRY, USE = KEYS[3], KEYS[4], KEYS[5]
local head = string.match(KEYS[3], '^(.*:)live$')
-- What nobody uses any more goes by itself; said with the first request, and now and then.
local rarely = now % 64 == 0

local function count(member, requests, tokens, images)
  if requests ~= 0 then redis.call('HINCRBY', USE, member .. ':r', requests) end
  if tokens ~= 0 then redis.call('HINCRBY', USE, member .. ':t', tokens) end
  if images ~= 0 then redis.call('HINCRBY', USE, member .. ':i', images) end
end

local function count_day(day, member, requests, tokens)
  local key = head .. 'd:' .. day
  local sum = 0
  if requests ~= 0 then sum = redis.call('HINCRBY', key, member .. ':r', requests) end
  if tokens ~= 0 then redis.call('HINCRBY', key, member .. ':t', tokens) end
  if sum == 1 or rarely then redis.call('PEXPIRE', key, 259200000) end
end

local function sweep()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', LIVE, '-inf', now, 'LIMIT', 0, 1000)) do
    local entry = redis.call('HGET', ENTRY, id)
    if entry then
      local part = split(entry)
      count(part[1], -1, -tonumber(part[2]), -tonumber(part[3]))
      redis.call('HDEL', ENTRY, id)
    end
    redis.call('ZREM', LIVE, id)
  end
end

local function keep(anew)
  if anew or rarely then
    for _, key in ipairs({LIVE, ENTRY, USE}) do redis.call('PEXPIRE', key, 86400000) end
  end
end
"""

RESERVE = Script(
    BASE
    + BUCKET
    + """
-- KEYS state members live entry use rule
-- ARGV meant me epoch id grace_ms minute_ms deadline_ms silent_ms assured tokens images
--      rpm tpm ipm rpd tpd (-1: no limit), own requests tokens images, then for each day:
--      name, ms since it began, ms until it ends, own requests, own tokens
-- All of this is run for every request of every member: it makes no table and no text that it can do without.
local me, id, floor = ARGV[2], ARGV[4], math.floor
local e, grace = epoch(ARGV[5])
if e ~= ARGV[3] then return {-2, now, e} end
local minute, silent_ms, assured, tokens, images = ARGV[6], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local rpm, tpm, ipm, rpd, tpd = ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16]
sweep()
local known, was_told = redis.call('HGET', ENTRY, id), false
if known then
  local part = split(known)
  if part[4] ~= '2' then return {2, now} end
  -- Another process of the member has reported it while it was on its way here: nothing is decided yet.
  was_told = true
  count(part[1], -1, -tonumber(part[2]), -tonumber(part[3]))
  redis.call('HDEL', ENTRY, id)
  redis.call('ZREM', LIVE, id)
end

local rules = redis.call('HGETALL', KEYS[6])
if #rules > 0 then
  local limit = {rpm = rpm, tpm = tpm, ipm = ipm, rpd = rpd, tpd = tpd}
  local told_at, told = 0, nil
  for n = 1, #rules, 2 do
    local kind, name, value = string.sub(rules[n], 1, 1), string.sub(rules[n], 3), tonumber(rules[n + 1])
    if kind == 'b' and value > now and value > told_at then told_at, told = value, name end
    if kind == 'c' and limit[name] and (limit[name] < 0 or value < limit[name]) then limit[name] = value end
  end
  if told then return {0, now, told, told_at, math.max(0, limit[told] or 0), 0, 1, 0} end
  rpm, tpm, ipm, rpd, tpd = limit.rpm, limit.tpm, limit.ipm, limit.rpd, limit.tpd
end
if now < grace then return {0, now, 'rpm', grace, math.max(0, rpm), 0, 0, 0} end

-- The fields of a hash of sums by their names, and what all members have together of requests, tokens and images.
local function sums(key)
  local by, r, t, i, rows = {}, 0, 0, 0, redis.call('HGETALL', key)
  for n = 1, #rows, 2 do
    local field, value = rows[n], tonumber(rows[n + 1])
    local what = string.byte(field, -1)
    by[field] = value
    if what == 114 then r = r + value elseif what == 116 then t = t + value else i = i + value end
  end
  return by, r, t, i
end

-- The others: name, when seen, share; then what is kept free for them of a minute.
local who, seen, share, part, most_of_them = {}, {}, {}, {}, 0
local rows = redis.call('HGETALL', KEYS[2])
for n = 1, #rows, 2 do
  if rows[n] ~= me then
    local m = cmsgpack.unpack(rows[n + 1])
    local whole = (m.f > m.b and m.f or m.b) / 720720
    most_of_them = most_of_them + 1
    who[most_of_them], seen[most_of_them], share[most_of_them] = rows[n], m.s, whole
    part[most_of_them] = now - m.s > silent_ms and whole or whole * assured
  end
end

local worst, why = -1, nil
local function check(name, needed, most, by, what, sum, own, parts, frees)
  if most < 0 or needed == 0 then return end
  if needed > most then worst, why = math.huge, {name, -1, most, 0, 0, 1} return end
  if worst == math.huge then return end
  local used = by[me .. what] or 0
  local all = sum - used
  used = used + needed
  all = all + (used > own and used or own)
  for n = 1, most_of_them do -- of what is kept free for each, so much is not used yet
    local kept = floor(most * parts[n] + 1e-9)
    if kept > 0 then
      kept = kept - (by[who[n] .. what] or 0)
      if kept > 0 then all = all + kept end
    end
  end
  if all > most then
    local at = frees(all - most)
    if at > worst then worst, why = at, {name, at, most, all - needed, 0, 0} end
  end
end

local function minute_frees(column, lacking)
  local list = redis.call('ZRANGEBYSCORE', LIVE, now, now + minute, 'WITHSCORES', 'LIMIT', 0, 200)
  for n = 1, #list, 2 do
    local amount = 1
    if column > 0 then
      local entry = redis.call('HGET', ENTRY, list[n])
      amount = entry and tonumber(split(entry)[column]) or 0
    end
    lacking = lacking - amount
    if lacking <= 0 then return tonumber(list[n + 1]) end
  end
  return now + minute
end

local use, all_r, all_t, all_i = sums(USE)
check('rpm', 1, rpm, use, ':r', all_r, ARGV[17], part, function(lacking) return minute_frees(0, lacking) end)
check('tpm', tokens, tpm, use, ':t', all_t, ARGV[18], part, function(lacking) return minute_frees(2, lacking) end)
check('ipm', images, ipm, use, ':i', all_i, ARGV[19], part, function(lacking) return minute_frees(3, lacking) end)
local days = {}
for n = 20, #ARGV, 5 do
  local name, began, left = ARGV[n], now - ARGV[n + 1], ARGV[n + 2]
  local day = {name = name}
  days[#days + 1] = day
  if rpd >= 0 or tpd >= 0 then
    local by, r, t = sums(head .. 'd:' .. name)
    day.r, day.t = by[me .. ':r'] or 0, by[me .. ':t'] or 0
    local kept = {}
    for m = 1, most_of_them do
      kept[m] = (now - seen[m] > silent_ms and began > seen[m]) and share[m] or share[m] * assured
    end
    local function ends() return now + left end
    check('rpd', 1, rpd, by, ':r', r, ARGV[n + 3], kept, ends)
    check('tpd', tokens, tpd, by, ':t', t, ARGV[n + 4], kept, ends)
  end
end
if why then
  return {0, now, why[1], why[2], why[3], why[4], why[5], why[6]}
end

local names = ''
for _, day in ipairs(days) do
  names = names == '' and day.name or names .. ' ' .. day.name
  if day.r and not was_told and not rarely and day.r > 0 then
    redis.call('HSET', head .. 'd:' .. day.name, me .. ':r', day.r + 1, me .. ':t', day.t + tokens)
  elseif not was_told then
    count_day(day.name, me, 1, tokens)
  end
end
redis.call('HSET', USE, me .. ':r', (use[me .. ':r'] or 0) + 1, me .. ':t', (use[me .. ':t'] or 0) + tokens,
           me .. ':i', (use[me .. ':i'] or 0) + images)
redis.call('HSET', ENTRY, id, me .. '|' .. tokens .. '|' .. images .. '|0|' .. names)
redis.call('ZADD', LIVE, now + ARGV[7] + minute, id)
keep(next(use) == nil)
return {1, now}
"""
)

SETTLE = Script(
    BASE
    + BUCKET
    + """
-- KEYS state members live entry use; ARGV meant id minute_ms tokens images (tokens -1: it was never sent)
local id, minute, tokens, images = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local entry = redis.call('HGET', ENTRY, id)
if not entry then return {0, now} end
local part = split(entry)
if part[4] == '1' then return {0, now} end
local back = tokens < 0
local more = (back and 0 or tokens) - tonumber(part[2])
for day in string.gmatch(part[5], '%S+') do count_day(day, part[1], back and -1 or 0, more) end
if back then
  count(part[1], -1, more, -tonumber(part[3]))
  redis.call('HDEL', ENTRY, id)
  redis.call('ZREM', LIVE, id)
  return {1, now}
end
count(part[1], 0, more, images - tonumber(part[3]))
redis.call('HSET', ENTRY, id, table.concat({part[1], tokens, images, 1, part[5]}, '|'))
redis.call('ZADD', LIVE, now + minute, id)
return {1, now}
"""
)

LEARN = Script(
    BASE
    + """
-- KEYS state members rule; ARGV meant metric until_ms(relative) cap(-1: none) ttl_ms clear
if ARGV[6] == '1' then
  redis.call('DEL', KEYS[3])
  return {1, now}
end
local until_at = now + tonumber(ARGV[3])
local known = tonumber(redis.call('HGET', KEYS[3], 'b:' .. ARGV[2]) or 0)
if until_at > known then redis.call('HSET', KEYS[3], 'b:' .. ARGV[2], until_at) end
if tonumber(ARGV[4]) >= 0 then redis.call('HSET', KEYS[3], 'c:' .. ARGV[2], ARGV[4]) end
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return {1, now}
"""
)

TIME = Script("return redis.call('TIME')")
