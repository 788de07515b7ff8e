import fc from 'fast-check';
import { corpusOf, mutations, readers } from '../fixtures/fuzzed-readers.js';

describe('any bytes get an answer', () => {
  for (const [reader, read] of Object.entries(readers)) {
    const corpus = corpusOf(reader);
    for (const { name, bytes } of corpus) {
      it(`of the ${reader} reader: ${name}`, () => read(bytes));
    }

    it(`of the ${reader} reader: changed at random`, async () => {
      const changed = mutations(corpus.map(({ bytes }) => bytes));
      await fc.assert(fc.asyncProperty(changed, read), { numRuns: 100 });
    });
  }
});
