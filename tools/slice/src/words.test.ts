import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rename, singularOf, spell } from './words.js';

it('spells a name in every way', () => {
  expect(spell('gift-cards')).toEqual({
    kebab: 'gift-cards',
    camel: 'giftCards',
    pascal: 'GiftCards',
    snake: 'gift_cards',
    constant: 'GIFT_CARDS',
    words: 'gift cards',
    sentence: 'Gift cards',
  });
});

/** Plurals with their singulars; the same word twice if it has only one form. */
const plurals =
  'movies movie, caches cache, addresses address, buses bus, series series, news news, data data, analysis analysis, ' +
  'analyses analysis, boxes box, statuses status, leaves leaf, invoices invoice, categories category, ' +
  'branches branch, purchases purchase, shipping shipping, access access, status status, s s, a a, is is, us us, ' +
  'as as, gas gas, gases gas, bonuses bonus, viruses virus, campuses campus, lenses lens, responses response, ' +
  'courses course, cases case, houses house, phases phase, bases base, databases database, releases release, ' +
  'licenses license, licences licence, houses house, horses horse, expenses expense, leases lease, uses use, ' +
  'causes cause, classes class, glasses glass, losses loss, passes pass, processes process, businesses business, ' +
  'taxes tax, indexes index, indices index, matrices matrix, vertices vertex, appendices appendix, wishes wish, ' +
  'dishes dish, crashes crash, hashes hash, batches batch, matches match, switches switch, patches patch, ' +
  'searches search, niches niche, quizzes quiz, buzzes buzz, heroes hero, potatoes potato, photos photo, ' +
  'videos video, logos logo, cargoes cargo, echoes echo, vetoes veto, shoes shoe, toes toe, knives knife, ' +
  'lives life, wives wife, wolves wolf, shelves shelf, halves half, calves calf, curves curve, valves valve, ' +
  'reserves reserve, moves move, drives drive, archives archive, objectives objective, waves wave, gloves glove, ' +
  'stoves stove, sleeves sleeve, cookies cookie, ties tie, pies pie, dies die, lies lie, zombies zombie, ' +
  'calories calorie, cities city, parties party, policies policy, keys key, days day, surveys survey, boys boy, ' +
  'people person, children child, men man, women woman, mice mouse, geese goose, feet foot, teeth tooth, oxen ox, ' +
  'criteria criterion, media media, phenomena phenomenon, bacteria bacterium, stimuli stimulus, alumni alumnus, ' +
  'cacti cactus, syllabi syllabus, theses thesis, crises crisis, hypotheses hypothesis, bases base, ' +
  'diagnoses diagnosis, oases oasis, axes axis, fish fish, sheep sheep, equipment equipment, ' +
  'information information, software software, feedback feedback, money money, inventory inventory, stock stock, ' +
  'billing billing, accounting accounting, logistics logistics, analytics analytics, statistics statistics, ' +
  'metrics metric, physics physics, economics economics, politics politics, goods goods, clothes clothes, ' +
  'scissors scissors, customs customs, headquarters headquarters, species species, means means, chess chess, ' +
  'lens lens, bus bus, gift-cards gift-card, late-fees late-fee, user-addresses user-address, ' +
  'credit-notes credit-note, price-lists price-list, line-items line-item, sales sale, employees employee, fees fee, ' +
  'trees tree, devices device, prices price, services service, places place, invoices invoice, voices voice, ' +
  'choices choice, messages message, packages package, pages page, images image, warehouses warehouse, ' +
  'vehicles vehicle, articles article, bundles bundle, cycles cycle, files file, profiles profile, rules rule, ' +
  'schedules schedule, tiles tile, teams team, items item, users user, groups group, orders order, events event, ' +
  'payments payment, parcels parcel, shipments shipment, refunds refund, returns return, carts cart, baskets basket, ' +
  'products product, customers customer, stores store, stocks stock, quotes quote, votes vote, notes note, ' +
  'routes route, sites site, suites suite, dates date, rates rate, states state, templates template, plates plate, ' +
  'clients client, accounts account, discounts discount, coupons coupon, vouchers voucher, tokens token, ' +
  'sessions session, sms sms, css css, aws aws, dns dns, https https, os os, pos pos, gps gps, kudos kudos, ' +
  'chaos chaos, cosmos cosmos, atlas atlas, canvas canvas, canvases canvas, alias alias, aliases alias, bias bias, ' +
  'biases bias, christmas christmas, pancreas pancreas, model-s model-s, plan-b plan-b, class-a class-a, ids id, ' +
  'apis api, urls url, faqs faq, kpis kpi, skis ski, taxis taxi, menus menu, emus emu, corpus corpus, ' +
  'corpora corpus, genus genus, opus opus, census census, consensus consensus, focus focus, radius radius, ' +
  'radii radius, nexus nexus, apparatus apparatus, prospectus prospectus, minus minus, plus plus, surplus surplus, ' +
  'surpluses surplus, bonus bonus, thesis thesis, basis basis, axis axis, tennis tennis, iris iris, trellis trellis, ' +
  'oasis oasis, crisis crisis, emphasis emphasis, synopsis synopsis, address address, process process, ' +
  'business business, mess mess, dress dress, progress progress, compass compass, express express, loss loss, ' +
  'boss boss, pass pass, fortress fortress, wireless wireless, less less, hopes hope, types type, shapes shape, ' +
  'tapes tape, recipes recipe, pipes pipe, slopes slope, envelopes envelope, scopes scope, themes theme, ' +
  'schemes scheme, games game, names name, times time, frames frame, volumes volume, machines machine, ' +
  'engines engine, lines line, zones zone, phones phone, stones stone, milestones milestone, clones clone, ' +
  'quotas quota, agendas agenda, areas area, ideas idea, cameras camera, visas visa, pizzas pizza, sofas sofa, ' +
  'dramas drama, schemas schema, schemata schema, lemmas lemma, regimes regime, bikes bike, likes like, cakes cake, ' +
  'stakes stake, lakes lake, tasks task, disks disk, risks risk, desks desk, links link, ranks rank, banks bank, ' +
  'tanks tank, blocks block, locks lock, checks check, picks pick, tickets ticket, packs pack, tracks track, ' +
  'trucks truck, ducks duck, books book, bookings booking, hooks hook, looks look, cookbooks cookbook, ' +
  'passengers passenger, drivers driver, flights flight, seats seat, rooms room, hotels hotel, nights night, ' +
  'guests guest, reservations reservation, reviews review, views view, crews crew, screws screw, laws law, ' +
  'draws draw, flows flow, rows row, windows window, shows show, cows cow, bows bow, arrows arrow, windows window, ' +
  'mixes mix, faxes fax, suffixes suffix, prefixes prefix, complexes complex, foxes fox, hoaxes hoax, annexes annex, ' +
  'affixes affix, radixes radix, caucuses caucus, geniuses genius, choruses chorus, circuses circus, ' +
  'walruses walrus, octopuses octopus, cactuses cactus, abacuses abacus, exoduses exodus, excuses excuse, ' +
  'pauses pause, clauses clause, spouses spouse, blouses blouse, greenhouses greenhouse, nurses nurse, purses purse, ' +
  'verses verse, universes universe, reverses reverse, noises noise, raises raise, promises promise, ' +
  'premises premise, franchises franchise, exercises exercise, enterprises enterprise, surprises surprise, ' +
  'prizes prize, sizes size, mazes maze, bronzes bronze, gauzes gauze, waltzes waltz, blitzes blitz, aces ace, ' +
  'faces face, spaces space, marketplaces marketplace, interfaces interface, surfaces surface, traces trace, ' +
  'races race, slices slice, dices dice, offices office, practices practice, notices notice, juices juice, ' +
  'sources source, resources resource, forces force, pieces piece, fences fence, sequences sequence, ' +
  'references reference, preferences preference, audiences audience, conferences conference, experiences experience, ' +
  'differences difference, sciences science, licences licence, allowances allowance, balances balance, ' +
  'instances instance, insurances insurance, performances performance, maintenances maintenance, ages age, ' +
  'edges edge, badges badge, judges judge, bridges bridge, fridges fridge, pledges pledge, ledgers ledger, ' +
  'changes change, exchanges exchange, ranges range, oranges orange, challenges challenge, colleges college, ' +
  'privileges privilege, villages village, mortgages mortgage, packages package, storages storage, passages passage, ' +
  'usages usage, outages outage, wages wage, stages stage, garages garage, charges charge, merges merge, ' +
  'surcharges surcharge, urges urge, aches ache, headaches headache, toothaches toothache, moustaches moustache, ' +
  'avalanches avalanche, creches creche, quiches quiche, psyches psyche, brioches brioche, watches watch, ' +
  'benches bench, lunches lunch, inches inch, beaches beach, coaches coach, approaches approach, churches church, ' +
  'torches torch, stitches stitch, sketches sketch, sandwiches sandwich, ostriches ostrich, speeches speech, ' +
  'breaches breach, epochs epoch, stomachs stomach, monarchs monarch, techs tech';

it.each(plurals.split(', ').map((pair) => pair.split(' ')))('calls one of %s %s', (plural = '', singular) => {
  expect(singularOf(plural)).toBe(singular);
});

const kebab = fc.stringMatching(/^[a-z][a-z\d]{0,9}(-[a-z\d]{1,9}){0,3}$/);

it('finds a singular that is a valid name, and spells every name as code needs it', () => {
  fc.assert(
    fc.property(kebab, (name) => {
      for (const each of [name, singularOf(name)]) {
        const { camel, pascal, snake, constant } = spell(each);
        expect(each).toMatch(/^[a-z][a-z\d]*(-[a-z\d]+)*$/);
        expect([camel, pascal, snake, constant].join(' ')).toMatch(
          /^[a-z][a-zA-Z\d]* [A-Z][a-zA-Z\d]* [a-z][a-z\d_]* [A-Z][A-Z\d_]*$/,
        );
      }
      expect(singularOf(name).split('-').slice(0, -1)).toEqual(name.split('-').slice(0, -1));
    }),
  );
});

it('leaves nothing of the name that it replaces', () => {
  const text = Object.values(spell('sample-things')).join(', ');
  fc.assert(
    fc.property(kebab, (name) => {
      expect(rename(text, new Map([['sample-things', name]]))).toBe(Object.values(spell(name)).join(', '));
    }),
  );
});

it('replaces one name by another in every spelling', () => {
  const text = `SampleThings, sampleThings['sample-things'].sample_things; SAMPLE_THINGS // Sample things, sample things
new SampleThing(sampleThing, 'sample-thing', sample_thing_id)`;
  const names = new Map([
    ['sample-thing', 'gift-card'],
    ['sample-things', 'gift-cards'],
  ]);
  expect(rename(text, names)).toBe(`GiftCards, giftCards['gift-cards'].gift_cards; GIFT_CARDS // Gift cards, gift cards
new GiftCard(giftCard, 'gift-card', gift_card_id)`);
});
