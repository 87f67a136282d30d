import type { FilterSet, Substitution } from '#shared/horde/filters/judge.ts';
import { filterTypes } from '#shared/horde/filters/judge.ts';

/** A filter that comes with the program: nobody can change or remove it (FLT-02, `decisions.md` 14). */
export interface BuiltInFilter {
  readonly id: number;
  readonly type: number;
  readonly description: string;
  readonly regex: string;
  readonly replacement: string;
}

/** Ids below this belong to built-in filters, now and in later versions. */
export const firstOwnId = 1_000;

const numbersBelow18 =
  'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen';

/** Wording about youth that has an adult form; the replacement is what a rewritten prompt says instead. */
const youth: ReadonlyArray<Omit<BuiltInFilter, 'type'>> = [
  {
    id: 1,
    description: 'An age under 18 in digits',
    regex: String.raw`\b(?:1[0-7]|0?[0-9]) ?(?:years? olds?|yrs? olds?|y ?o|yrs|years of age|year olds?)\b`,
    replacement: 'adult',
  },
  {
    id: 2,
    description: 'An age under 18 in words',
    regex: String.raw`\b(?:${numbersBelow18}) (?:years? olds?|yrs? olds?|years of age)\b`,
    replacement: 'adult',
  },
  {
    id: 3,
    description: 'Aged or age, followed by less than 18',
    regex: String.raw`\b(?:aged?|age of) (?:1[0-7]|0?[0-9]|${numbersBelow18})\b`,
    replacement: 'adult',
  },
  {
    id: 4,
    description: 'Not of age',
    regex: String.raw`\b(?:under ?aged?|under 18|below 18|not yet 18|minors?|barely legal)\b`,
    replacement: 'adult',
  },
  {
    id: 5,
    description: 'Babies and infants',
    regex: String.raw`\b(?:bab(?:y|ies)|infants?|new ?borns?|toddlers?)\b`,
    replacement: 'adult',
  },
  { id: 6, description: 'Children', regex: String.raw`\b(?:child|children|childs)\b`, replacement: 'adult' },
  {
    id: 7,
    description: 'Kids',
    regex: String.raw`\b(?:kid|kids|kiddo|kiddos|youngsters?)\b`,
    replacement: 'adult',
  },
  {
    id: 8,
    description: 'Teenagers and those before them',
    regex: String.raw`\b(?:teens?|teenagers?|teen ?aged?|pre ?teens?|tweens?|adolescents?|juveniles?)\b`,
    replacement: 'adult',
  },
  {
    id: 9,
    description: 'Girls and boys called young or small',
    regex: String.raw`\b(?:little|young|younger|youngest|small|tiny|petite) (?:girls?|boys?|lads?|lass(?:es)?|ones?|schoolers?)\b`,
    replacement: 'adult',
  },
  {
    id: 10,
    description: 'School pupils',
    regex: String.raw`\bschool ?(?:girls?|boys?|kids?|child|children)\b`,
    replacement: 'adult',
  },
  {
    id: 11,
    description: 'Schools before the age of 18',
    regex: String.raw`\b(?:kindergart(?:en|eners?|ners?)|pre ?school(?:ers?)?|(?:elementary|primary|grade|middle) school(?:ers?)?|(?:first|second|third|fourth|fifth|sixth|seventh|eighth) graders?)\b`,
    replacement: 'university',
  },
  {
    id: 12,
    description: 'Looks or bodies of before adulthood',
    regex: String.raw`\b(?:child ?like|kid ?like|girlish|boyish|(?:pre ?)?pubescent|pre ?puberty|under ?developed|undeveloped)\b`,
    replacement: 'adult',
  },
  {
    id: 13,
    description: 'Young relatives',
    regex: String.raw`\b(?:little|baby|kid|younger) (?:sisters?|brothers?|siblings?|cousins?|nieces?|nephews?|daughters?|sons?)\b`,
    replacement: 'adult',
  },
];

/** Wording about youth that has no harmless form. */
const youthFixed: ReadonlyArray<Omit<BuiltInFilter, 'type' | 'replacement'>> = [
  {
    id: 50,
    description: 'Slang for minors in a sexual role',
    regex: String.raw`\b(?:lol[iy](?:s|ta|tas|con|cons|kon)?|shota(?:s|con|cons|kon)?|toddler ?con|jail ?bait|cunny)\b`,
  },
  {
    id: 51,
    description: 'Abuse of children by name',
    regex: String.raw`\b(?:p(?:a|ae)?edo(?:s|phile|philes|philia|philic)?|child (?:porn|pornography|abuse)|kiddy porn|kiddie porn|csam)\b`,
  },
];

const sexual: ReadonlyArray<Omit<BuiltInFilter, 'type' | 'replacement'>> = [
  {
    id: 100,
    description: 'Without clothes',
    regex: String.raw`\b(?:nude|nudes|nudity|nudist|naked|unclothed|undress(?:ed|es|ing)?|topless|bottomless|(?:no|without) (?:clothes|clothing|panties|underwear|bra))\b`,
  },
  {
    id: 101,
    description: 'Sexual content by name',
    regex: String.raw`\b(?:nsfw|porn|porno|pornstar|pornographic|pornography|hentai|ecchi|rule ?34|x ?rated|xxx|erotic|erotica|lewd|smut)\b`,
  },
  {
    id: 102,
    description: 'Sex',
    regex: String.raw`\b(?:sex|sexy|sexual|sexually|sexuali[sz]ed|seductive|seductively|seducing|horny|aroused|orgasms?|orgasmic|foreplay)\b`,
  },
  {
    id: 103,
    description: 'Sexual acts',
    regex: String.raw`\b(?:intercourse|fuck(?:s|ed|ing)?|blow ?jobs?|hand ?jobs?|foot ?jobs?|fellatio|cunnilingus|anal|masturbat(?:e|es|ed|ing|ion)|fingering|creampie|cum|cumming|cumshots?|ejaculat(?:e|es|ed|ing|ion)|threesomes?|orgy|orgies|gang ?bang|deep ?throat|doggy ?style|missionary position)\b`,
  },
  {
    id: 104,
    description: 'Sexual parts of the body',
    regex: String.raw`\b(?:penis|penises|vagina|vaginas|vaginal|vulva|clitoris|labia|genitals?|genitalia|pussy|pussies|boobs?|tits|titties|nipples?|areola[es]?|(?:bare|big|huge|large|exposed|small) breasts?|breasts|cleavage|(?:bare|naked|exposed) (?:ass|butt|buttocks|bottom)|(?:erect|huge|big|hard) (?:cock|dick)|erection)\b`,
  },
  {
    id: 105,
    description: 'Clothes and poses meant to arouse',
    regex: String.raw`\b(?:lingerie|thongs?|g strings?|panties|micro ?bikini|(?:see through|transparent) (?:shirt|dress|clothes|clothing|top|skirt)|up ?skirt|strip ?tease|strippers?|stripping|spread(?:ing)? legs|legs spread|ahegao|camel ?toe|provocative pose)\b`,
  },
  {
    id: 106,
    description: 'Sexual violence and practices',
    regex: String.raw`\b(?:rape|raped|raping|rapist|molest(?:s|ed|ing|ation)?|incest|incestuous|bdsm|bondage|fetish|fetishes|sex ?toys?|dildos?|sex ?slaves?)\b`,
  },
];

export const builtInFilters: readonly BuiltInFilter[] = [
  ...youth.map((filter) => ({ ...filter, type: filterTypes.youth })),
  ...youthFixed.map((filter) => ({ ...filter, type: filterTypes.youthFixed, replacement: '' })),
  ...sexual.map((filter) => ({ ...filter, type: filterTypes.sexual, replacement: '' })),
];

/** What models made for adult pictures get in place of single words of youth (DET-06, 5.4). */
export const matureSubstitutions: readonly Substitution[] = [
  {
    regex: /\b(?:young|younger|youngest|youthful|little|small|smol|tiny|petite|cute)\b/i,
    replacement: 'adult',
  },
  {
    regex: /\b(?:[0-9]?girls?|girlies?|lass(?:es)?|maidens?|daughters?|princess(?:es)?)\b/i,
    replacement: 'adult woman',
  },
  { regex: /\b(?:[0-9]?boys?|lads?|sons?|princes?)\b/i, replacement: 'adult man' },
];

/** For models that are prompted by tags: `1girl` is a count there and says nothing about an age. */
export const taggedSubstitutions: readonly Substitution[] = matureSubstitutions.map(
  ({ regex, replacement }) => ({
    regex: new RegExp(regex.source.replace('[0-9]?', ''), 'i'),
    replacement,
  }),
);

export const negativeWords: FilterSet['negative'] =
  'child, children, kid, baby, infant, toddler, teenager, adolescent, preteen, underage, minor, young girl, young boy, childlike';
