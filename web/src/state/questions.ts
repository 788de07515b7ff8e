/** What the page asks before something could be lost. */

import { signal } from '@preact/signals-core';

export interface Choice<Answer extends string> {
  readonly answer: Answer;
  readonly title: string;
}

interface Question {
  readonly text: string;
  /** The first is what most people want. */
  readonly choices: readonly Choice<string>[];
  readonly answered: (answer: string | undefined) => void;
}

/** In the order in which they were asked; the first is on the screen. */
export const questions = signal<readonly Question[]>([]);

/** Resolves with what the person chooses; undefined where they close the question. */
export function ask<Answer extends string>(
  text: string,
  choices: readonly Choice<Answer>[],
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const question: Question = {
      text,
      choices,
      answered: (answer) => {
        questions.value = questions.value.filter((each) => each !== question);
        resolve(answer as Answer | undefined);
      },
    };
    questions.value = [...questions.value, question];
  });
}
