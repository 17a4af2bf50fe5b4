// Text that grows: only what is new is sent, and it is never read as HTML.
export default {
  template: `<pre class="live-text" role="log" aria-live="off"></pre>`,
  props: { text: String },
  mounted() {
    this.$el.textContent = this.text || "";
    this.follow();
  },
  methods: {
    append(piece) {
      const follows = this.atEnd();
      if (this.$el.lastChild) this.$el.lastChild.appendData(piece);
      else this.$el.textContent = piece;
      if (follows) this.follow();
    },
    put(text) {
      this.$el.textContent = text;
      this.follow();
    },
    atEnd() {
      return this.$el.scrollHeight - this.$el.scrollTop - this.$el.clientHeight < 40;
    },
    follow() {
      this.$el.scrollTop = this.$el.scrollHeight;
    },
  },
};
