// What has to happen at once, in the language of the server. Only `append` is refused where memory is full: what is there
// can still be read. https://redis.io/docs/latest/develop/programmability/eval-intro/

/**
 * Appends all envelopes or none: a server that is full refuses the script before it begins. What is too old goes.
 *
 * KEYS: the log, the bell. ARGV: how long messages are kept; then a kind, a type and an envelope for each.
 */
export const append = `#!lua
local oldest = string.format('%.0f', redis.call('TIME')[1] * 1000 - ARGV[1])
for i = 2, #ARGV, 3 do
  redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*', 'kind', ARGV[i], 'type', ARGV[i + 1], 'envelope', ARGV[i + 2])
end
redis.call('PUBLISH', KEYS[2], '')`;

/**
 * Gives what comes after the position, unless another instance reads: then the name of that one. Entries are read a few at a
 * time, since the server knows their number and not their size before it has read them.
 *
 * KEYS: the log, the positions, the lease. ARGV: whose position, who reads, for how long, the most entries, the most bytes,
 * the largest envelope, and how much is read of a larger one.
 */
export const read = `#!lua flags=allow-oom
local holder = redis.call('GET', KEYS[3])
if holder and holder ~= ARGV[2] then return holder end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])

local mostEntries, mostBytes, largest, kept = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local at = redis.call('HGET', KEYS[2], ARGV[1]) or '0-0'
local found, bytes = {}, 0
repeat
  local entries = redis.call('XRANGE', KEYS[1], '(' .. at, '+', 'COUNT', 20)
  for _, entry in ipairs(entries) do
    local id, list, fields = entry[1], entry[2], {}
    for i = 1, #list, 2 do fields[list[i]] = list[i + 1] end
    local whole = fields.envelope or table.concat(list, ' ')
    local text = #whole > largest and whole:sub(1, kept) or whole
    bytes = bytes + #text
    if #found == mostEntries or (#found > 0 and bytes > mostBytes) then return found end
    found[#found + 1] = { id, fields.kind or '', fields.type or '', tostring(#whole), text }
    at = id
  end
until #entries == 0
return found`;

/**
 * Moves the position, unless another instance has begun to read: that one moves it.
 *
 * KEYS: the lease, the positions. ARGV: who reads, whose position, and the last entry that was received.
 */
export const acknowledge = `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end`;

/** Keeps the lease for longer. KEYS: the lease. ARGV: who reads, for how long. */
export const renew = `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`;

/** Ends the lease, and lets the others know. KEYS: the lease, the bell. ARGV: who reads. */
export const release = `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', KEYS[2], '')
end`;

/**
 * Gives the commands that the user may not run, of those that are needed. What it writes is gone at its end.
 *
 * KEYS: three to try them on, the bell.
 */
export const rights = `#!lua flags=allow-oom
local refused = {}
local function try(command, ...)
  local answer = redis.pcall(command, ...)
  if type(answer) ~= 'table' or not answer.err then return end
  if answer.err:find('user executing the script', 1, true) then refused[#refused + 1] = command end
end
try('time')
try('xadd', KEYS[1], '*', 'kind', 'rights')
try('xrange', KEYS[1], '-', '+', 'COUNT', 1)
try('set', KEYS[2], 'rights', 'PX', 1000)
try('get', KEYS[2])
try('pexpire', KEYS[2], 1000)
try('hset', KEYS[3], 'rights', '')
try('hsetnx', KEYS[3], 'rights', '')
try('hget', KEYS[3], 'rights')
try('hexists', KEYS[3], 'rights')
try('hvals', KEYS[3])
try('publish', KEYS[4], '')
try('del', KEYS[1], KEYS[2], KEYS[3])
return refused`;
