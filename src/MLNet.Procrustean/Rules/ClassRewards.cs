using System.Collections.Immutable;

namespace MLNet.Procrustean;

/// <summary>
/// Rewards by which an epoch is trained in the place of a loss: the network learns what each answer is worth, by Q-learning.
/// </summary>
/// <remarks>
/// The state is an image, and an action names a class. The images of an epoch are an episode, in the order of the epoch and as it samples
/// them; the next state is the next image, whatever the action. A wrong answer to an image of some classes ends the episode too, and the
/// next one begins with the next image. Each step of the training answers as many images as its mini-batch has, puts what happened into a
/// replay memory, and learns from as many transitions that it draws from there. Where an image is taken, it is augmented again.
/// </remarks>
/// <param name="Values">
/// r_c: an image of class c gives r_c for the right answer and −r_c for any other one. A finite number for each class.
/// </param>
/// <param name="EndsEpisode">Whether a wrong answer to an image of the class ends the episode.</param>
/// <param name="Learning">How the values are learned; the same in all epochs.</param>
public sealed record ClassRewards(ImmutableArray<double> Values, ImmutableArray<bool> EndsEpisode, QLearning Learning);
