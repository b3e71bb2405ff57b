namespace MLNet.Procrustean;

/// <summary>How a training steps along the gradients of the weights.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent with momentum and weight decay (L2).</summary>
    Sgd,

    /// <summary>
    /// Adam: steps in proportion to running means of the gradient over its size, for each weight on its own. The weight decay is decoupled
    /// from the gradient (AdamW).
    /// </summary>
    Adam,
}
