"""Recognises speech for the process that started it.

Orders come on standard input: a letter, a length in bytes (four of them, the least first), and
that many bytes of sound (16-bit samples, 16,000 a second). Answers go to standard output, a line
of JSON each. It ends when its input does.
"""

import json
import struct
import sys

NOT_INSTALLED = 3
BYTES_A_SECOND = 32_000
LONGEST_SOUND = 20 * BYTES_A_SECOND
# The channel (microphone, room, level) is judged by the mean of the features: of all of them where
# the whole utterance is there. While it comes, the recogniser would begin with the mean of its
# training and take eight seconds to adapt; so the first sound is held back until there is enough to
# judge by.
HELD_BACK = BYTES_A_SECOND * 2
# Sound between two looks at what was understood so far.
BETWEEN_PARTIALS = BYTES_A_SECOND // 4
FRAMES_A_SECOND = 100


def answer(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def is_word(text):
    """Neither a pause nor a noise."""
    return not text.startswith(("<", "[", "+"))


def plain(text):
    """A word without the number of its pronunciation: `the(2)`."""
    return text.split("(", 1)[0]


class Recognizer:
    """One utterance after the other."""

    def __init__(self, make_decoder):
        self.make_decoder = make_decoder
        self.decoder = make_decoder()
        self.whole_decoder = None
        self.held = None
        self.since_partial = 0
        self.partial = ""

    def judge_channel(self, sound):
        """Sets the mean of the features to that of this sound."""
        self.decoder.start_utt()
        self.decoder.process_raw(bytes(sound), no_search=True, full_utt=True)
        self.decoder.end_utt()
        self.decoder.set_cmn(self.decoder.get_cmn(False))

    def whole(self, sound):
        if not sound:
            answer(final=[])
            return
        # A decoder that has heard utterances in parts understands whole ones worse from then on.
        if self.whole_decoder is None:
            self.whole_decoder = self.make_decoder()
        self.whole_decoder.start_utt()
        self.whole_decoder.process_raw(sound, full_utt=True)
        finish(self.whole_decoder)

    def begin(self):
        self.held = bytearray()
        self.since_partial = 0
        self.partial = ""

    def start(self, sound):
        self.held = None
        self.judge_channel(sound)
        self.decoder.start_utt()
        self.decoder.process_raw(bytes(sound))

    def samples(self, sound):
        if self.held is not None:
            self.held += sound
            if len(self.held) < HELD_BACK:
                return
            self.start(self.held)
        else:
            self.decoder.process_raw(sound)
        self.since_partial += len(sound)
        if self.since_partial >= BETWEEN_PARTIALS:
            self.since_partial = 0
            self.tell_partial()

    def tell_partial(self):
        hypothesis = self.decoder.hyp()
        words = hypothesis.hypstr.split() if hypothesis else []
        text = " ".join(plain(word) for word in words if is_word(word))
        if text and text != self.partial:
            self.partial = text
            answer(partial=text)

    def end(self):
        if self.held is not None:
            if not self.held:
                self.held = None
                answer(final=[])
                return
            self.start(self.held)
        finish(self.decoder)


def finish(decoder):
    """Ends the utterance; its words."""
    decoder.end_utt()
    words = [
        [plain(part.word), part.start_frame / FRAMES_A_SECOND, (part.end_frame + 1) / FRAMES_A_SECOND]
        for part in decoder.seg() or []
        if is_word(part.word)
    ]
    answer(final=words)


def serve(recognizer, orders):
    while True:
        head = orders.read(5)
        if len(head) < 5:
            return
        order, length = struct.unpack("<cI", head)
        if length > LONGEST_SOUND:
            answer(error="a frame is too long")
            return
        sound = orders.read(length)
        if len(sound) < length:
            return
        if order == b"W":
            recognizer.whole(sound)
        elif order == b"B":
            recognizer.begin()
        elif order == b"S":
            recognizer.samples(sound)
        elif order == b"E":
            recognizer.end()
        else:
            answer(error="an unknown order")
            return


def main():
    try:
        import pocketsphinx
    except ImportError:
        return NOT_INSTALLED
    # The second pass over the dictionary takes as long as the first and finds no better words.
    recognizer = Recognizer(lambda: pocketsphinx.Decoder(samprate=16000, fwdflat=False, loglevel="FATAL"))
    answer(ready="pocketsphinx")
    serve(recognizer, sys.stdin.buffer)
    return 0


sys.exit(main())
