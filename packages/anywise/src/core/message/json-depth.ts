/** Whether a JSON text nests objects and arrays more than so many levels deep. */
export function isDeeperThan(most: number, json: string): boolean {
  // Most texts do not even open that many, which is seen several times faster.
  return opensMoreThan(most, json) && depthOf(json) > most;
}

function opensMoreThan(most: number, json: string): boolean {
  let opened = 0;
  for (const bracket of ['{', '[']) {
    for (let at = json.indexOf(bracket); at !== -1; at = json.indexOf(bracket, at + 1)) {
      if (++opened > most) return true;
    }
  }
  return false;
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case quote:
        at = endOfString(json, at);
        break;
      case openBrace:
      case openBracket:
        deepest = Math.max(deepest, ++depth);
        break;
      case closeBrace:
      case closeBracket:
        depth--;
    }
  }
  return deepest;
}

const quote = 34;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** The end of the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
  return json.length;
}
