/** Letters of other alphabets and rarer letters of ours, by the ASCII letters they pass for. */
const lookAlikes: Readonly<Record<string, string>> = {
  a: 'аɑαᴀɐ',
  b: 'ьвƅʙɓβ',
  c: 'сϲᴄɕςↄ',
  d: 'ԁɗđᴅðɖ',
  e: 'еєεɛәəᴇэҽ',
  f: 'ғƒꜰϝ',
  g: 'ɡցɢɠǥ',
  h: 'һհнʜħɦ',
  i: 'іıɩιɪɨ',
  j: 'јʝᴊϳ',
  k: 'кκᴋĸƙ',
  l: 'ӏłʟǀɭ',
  m: 'мᴍɱ',
  n: 'пոռɴŋηɲ',
  o: 'оοσօøᴏөɵ',
  p: 'рρᴘƥ',
  q: 'ԛզɋ',
  r: 'гʀᴦɾɽ',
  s: 'ѕꜱʂ',
  t: 'тτᴛŧƭ',
  u: 'υսᴜʉцμ',
  v: 'νѵᴠʋ',
  w: 'ѡωᴡԝшщ',
  x: 'хχ×',
  y: 'уγүʏўƴ',
  z: 'ᴢʐƶʑ',
  ae: 'æ',
  oe: 'œ',
  ss: 'ß',
  th: 'þ',
};

/** ASCII by look-alike, lower case. */
export const confusables: ReadonlyMap<string, string> = new Map(
  Object.entries(lookAlikes).flatMap(([letters, others]) =>
    Array.from(others, (other): [string, string] => [other, letters]),
  ),
);
